import { expect, test } from "vitest";
import { openQueue } from "../../src/cli/open-queue.ts";
import { createSessionStore } from "../../src/kugetsu/db/sessions.ts";
import { openShellDesk, REF, writeExample } from "../kugetsu/shell-home/fixture.ts";

test("the first command on a home of the shell version finds its sessions", async () => {
  const desk = openShellDesk();
  writeExample(desk);
  let said = "";
  const stderr = {
    write: (text: string) => {
      said += text;
      return true;
    },
  };
  const env = { KUGETSU_HOME: desk.root, HOME: desk.user };
  using queue = await openQueue({ env, stderr });
  expect(await createSessionStore(queue.database).get(REF)).toBeDefined();
  expect(said).toContain("This home of the shell version was taken over");
});
