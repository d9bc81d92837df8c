import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createQueue, newJob, queued } from "../jobs/queue.ts";
import { kugetsu, temporaryHome } from "./program.ts";

test("what could not be said to a forge is counted, and `doctor` is named for the reason", async () => {
  const home = temporaryHome();
  mkdirSync(home, { mode: 0o700 });
  const { store, outbox, owner } = createQueue(join(home, "kugetsu.db"), "server");
  for (const number of [1, 2]) await queued(store, newJob(number));
  const message = await outbox.claim(owner);
  if (message === undefined) throw new Error("nothing to say");
  await outbox.giveUp(message, owner, { gone: false, why: "The repository is archived." });

  expect((await kugetsu(home, ["status"])).stdout).toContain(
    "Not said to the forge: 1 given up. `kugetsu doctor` says which, and why.",
  );
  const facts: unknown = JSON.parse((await kugetsu(home, ["status", "--json"])).stdout);
  expect(facts).toMatchObject({ messages: { due: 1, dead: 1 } });
});
