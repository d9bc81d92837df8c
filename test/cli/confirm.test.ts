import { PassThrough } from "node:stream";
import type { ReadStream } from "node:tty";
import { expect, test } from "vitest";
import { confirm } from "../../src/cli/confirm.ts";

/** A terminal in which somebody types that. */
function terminal(typed: string, isTTY = true) {
  const stdin = Object.assign(new PassThrough(), { isTTY, setRawMode: () => stdin });
  const said: string[] = [];
  const stderr = {
    write: (text: string) => {
      said.push(text);
      return true;
    },
  };
  stdin.end(typed);
  return { io: { stdin: stdin as unknown as ReadStream, stderr }, said };
}

test.each(["y\r", "Yes\r", " YES \n"])("%j goes on", async (typed) => {
  const { io, said } = terminal(typed);
  await expect(confirm("It goes.\nGo on?", io)).resolves.toBeUndefined();
  expect(said.join("")).toContain("Go on? [y/N] ");
});

test.each(["\r", "n\r", "yesterday\r", "\u0003", "\u0004", ""])("%j does not", async (typed) => {
  const { io } = terminal(typed);
  await expect(confirm("Go on?", io)).rejects.toMatchObject({
    code: "failed",
    message: "Cancelled; nothing was changed.",
  });
});

test("nobody is asked without a terminal", async () => {
  const { io, said } = terminal("y\n", false);
  await expect(confirm("Go on?", io)).rejects.toMatchObject({
    code: "failed",
    hint: "-y goes on without asking.",
  });
  expect(said).toEqual([]);
});
