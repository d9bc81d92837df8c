import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { occupyToRemove } from "../../../src/kugetsu/session/occupied.ts";
import { destroySession } from "../../../src/kugetsu/session/destroy.ts";
import { prune } from "../../../src/kugetsu/prune/prune.ts";
import { commitAll, REF, write } from "../git/fixture.ts";
import { type Desk, openDesk } from "../session/core.ts";

const VICTIM = fileURLToPath(new URL("victim.ts", import.meta.url));
/** Of each verb; KILLS=50 makes it a longer test. */
const KILLS = Number(process.env["KILLS"] ?? 1);

/**
 * Runs one of them and kills it so many milliseconds after it began. Returns how long it took, or undefined when it was
 * killed before its end.
 */
async function killed(
  desk: Desk,
  verb: "destroy" | "prune",
  moment: number | undefined,
): Promise<number | undefined> {
  const child = fork(VICTIM, [desk.core.home.root, verb, REF], { stdio: "ignore" });
  const exit = once(child, "exit") as Promise<[number | null, string | null]>;
  await once(child, "message");
  const begun = performance.now();
  const over = new AbortController();
  const { signal: ended } = over;
  if (moment === undefined) await exit;
  else
    await Promise.race([exit, delay(moment, undefined, { signal: ended }).catch(() => undefined)]);
  over.abort();
  child.kill("SIGKILL");
  const [code, signal] = await exit;
  // Null when it was killed.
  expect(code ?? 0).toBe(0);
  return signal === null ? performance.now() - begun : undefined;
}

/** Finishes by whichever command comes next. */
async function finish(desk: Desk, verb: "destroy" | "prune"): Promise<void> {
  if (verb === "destroy" && (await desk.core.sessions.get(REF)) !== undefined) {
    await using _ = await occupyToRemove(desk.leases, REF);
    await destroySession(desk.core, REF);
  }
  // What killed processes leave is found when these have ended and it is no longer young; git's locks stay for longer.
  await vi.waitFor(
    async () => {
      const pruned = await prune(desk.core, desk.leases, { force: true });
      expect(pruned.filter(({ outcome }) => outcome === "failed")).toEqual([]);
      expect(await prune(desk.core, desk.leases, { force: false })).toEqual([]);
    },
    { timeout: 20_000, interval: 100 },
  );
}

function remains({ core: { home } }: Desk): string[] {
  const others = readdirSync(home.tmp).filter((name) => name.startsWith("git-"));
  return [home.agents, home.private, home.worktrees, home.sessions]
    .flatMap((path) => (existsSync(path) ? readdirSync(path) : []))
    .concat(others);
}

test.each(["destroy", "prune"] as const)(
  "%s killed at any moment is finished by the next command; no work is lost, and none kept twice",
  { timeout: 30_000 * (KILLS + 1) },
  async (verb) => {
    await using desk = await openDesk();
    let cut = 0;
    let longest = 0;
    // The first one is not killed, and tells how long it takes.
    for (let round = 0; round <= KILLS; round += 1) {
      await desk.prepare();
      write(desk.path, { "ours.txt": `${verb} ${round}\n` });
      const sha = commitAll(desk.path, `Mine ${round}`);
      write(desk.path, { "left.txt": `not committed ${round}\n` });
      if (verb === "prune") await desk.core.sessions.remove(REF);
      const before = (await desk.kept()).length;
      const took = await killed(desk, verb, round === 0 ? undefined : Math.random() * longest);
      if (took === undefined) cut += 1;
      if (round === 0) longest = took ?? 0;
      // Every other one is killed again while it is being finished.
      else if (round % 2 === 0) await killed(desk, "prune", Math.random() * longest);
      await finish(desk, verb);

      expect(remains(desk)).toEqual([]);
      expect(await desk.core.sessions.list()).toEqual([]);
      expect(await desk.leases.leases.live()).toEqual([]);
      const works = (await desk.kept()).slice(before);
      expect(works, `kept in round ${round}`).toHaveLength(1);
      const mirror = await desk.fetch();
      const kept = works[0]?.sha ?? "";
      expect(await mirror.contains(sha, kept)).toBe(true);
      expect(await mirror.read(kept, "left.txt", 100)).toBe(`not committed ${round}\n`);
    }
    // A few may all come too late.
    expect(cut).toBeGreaterThanOrEqual(KILLS > 5 ? 1 : 0);
  },
);
