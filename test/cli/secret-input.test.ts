import { PassThrough } from "node:stream";
import type { ReadStream } from "node:tty";
import { describe, expect, test } from "vitest";
import type { Io } from "../../src/cli/command.ts";
import { readSecret } from "../../src/cli/secret-input.ts";

function open(isTTY: boolean) {
  const stdin = new PassThrough();
  const shown: string[] = [];
  const output = { write: (text: string) => shown.push(text) > 0 };
  const io = {
    stdin: Object.assign(stdin, { isTTY }) as unknown as ReadStream,
    stdout: output,
    stderr: output,
  };
  return { stdin, shown, io: io as unknown as Io };
}

describe("a secret", () => {
  test("is asked for in a terminal, and never shown", async () => {
    const { stdin, shown, io } = open(true);
    const value = readSecret("GITEA_TOKEN: ", undefined, io);
    stdin.write("hunter2\r");
    expect(await value).toBe("hunter2");
    expect(shown).toEqual(["GITEA_TOKEN: ", "\n"]);
  });

  test.each(["\u0003", "\u0004"])("that is not given (%j) changes nothing", async (key) => {
    const { stdin, io } = open(true);
    const value = readSecret("GITEA_TOKEN: ", "-", io);
    stdin.write(key);
    await expect(value).rejects.toMatchObject({ code: "failed" });
  });

  test("is read from standard input to its end, without the last line break", async () => {
    const { stdin, io } = open(false);
    stdin.end("hunter2 \r\n");
    expect(await readSecret("", "-", io)).toBe("hunter2 ");
  });

  test("is read from nothing unasked", async () => {
    await expect(readSecret("", undefined, open(false).io)).rejects.toMatchObject({
      name: "UsageError",
    });
  });
});
