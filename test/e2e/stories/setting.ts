import { expect } from "vitest";
import { bash, say, script } from "../../../src/demo/model/script.ts";
import type { StoryWorld } from "../../support/story-world.ts";
import { append } from "./append.ts";

type Setting = "label" | "assignment";

/** Setting the label, or the assignment to the bot, gives an order; another one in between none; taking it away stops. */
export async function setting(
  what: Setting,
  { forge, model, repository, ...world }: StoryWorld,
): Promise<void> {
  const { owner, writer, bot } = forge.people;
  const set = async (issue: number, by: string) =>
    what === "label"
      ? forge.label(repository, issue, { by, name: "kugetsu" })
      : forge.assign(repository, issue, { by, assignee: bot });
  const unset = async (issue: number, by: string) =>
    what === "label"
      ? forge.unlabel(repository, issue, { by, name: "kugetsu" })
      : forge.unassign(repository, issue, by);

  const issue = await world.issue();
  await forge.label(repository, issue, { by: writer, name: "bug" });
  model.play(append(what));
  await set(issue, writer);
  expect((await world.report(issue, 0)).body).toContain("**Done");
  expect(await forge.file(repository, `fix/issue-${issue}`, `${what}.txt`)).toBe(`${what}\n`);
  await forge.label(repository, issue, { by: owner, name: "later" });
  const last = await forge.comment(repository, issue, { by: writer, body: "/kugetsu status" });
  await world.answer(issue, last, /nothing runs and nothing waits/);

  const other = await world.issue();
  model.play(script([bash("sleep 60"), say("Slept.")]));
  await set(other, writer);
  await world.answer(other, 0, /Working/i);
  await unset(other, owner);
  expect((await world.report(other, 0)).body).toMatch(/^\*\*Stopped/);
}
