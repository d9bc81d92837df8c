import { KugetsuError } from "../errors.ts";
import { lockedGit, oneAtATime } from "./locked.ts";
import type { GitPlace } from "./place.ts";
import { succeeded } from "./run.ts";

/** Lets a ref of the bot's own in the mirror point to that object, wherever it pointed before. */
export async function setRef(
  place: GitPlace,
  mirror: string,
  name: string,
  sha: string,
): Promise<void> {
  const args = ["update-ref", name, sha];
  await oneAtATime(mirror, async () =>
    succeeded(await lockedGit(place, mirror, args), "A ref could not be written in the mirror."),
  );
}

/** Makes a ref; false when there is one of that name already. */
export async function makeRef(
  place: GitPlace,
  mirror: string,
  name: string,
  sha: string,
): Promise<boolean> {
  const args = ["update-ref", name, sha, "0".repeat(sha.length)];
  const taken = /reference already exists/;
  const ended = await oneAtATime(mirror, () => lockedGit(place, mirror, args, { final: taken }));
  if (ended.code === 0) return true;
  if (taken.test(ended.stderr)) return false;
  throw new KugetsuError("failed", "A ref could not be written in the mirror.", {
    cause: new Error(ended.stderr),
  });
}
