import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { KugetsuError } from "../src/kugetsu/errors.ts";
import { createLog } from "../src/log.ts";

function collect(options: { isTTY: boolean; level?: "info" | "debug" | "silent" }) {
  const written: string[] = [];
  const log = createLog({
    level: options.level ?? "info",
    mask: (text) => text.replaceAll("hunter2", "[masked]"),
    stream: { write: (text: string) => written.push(text), isTTY: options.isTTY },
  });
  return { log, written };
}

describe("the log", () => {
  test("is one JSON object a line where nobody watches", () => {
    const { log, written } = collect({ isTTY: false });
    log.info({ job: 7 }, "A job began.");
    expect(written).toHaveLength(1);
    expect(JSON.parse(written[0] ?? "")).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      job: 7,
      msg: "A job began.",
    });
    expect(written[0]).toMatch(/\n$/);
  });

  test("is a readable line in a terminal", () => {
    const { log, written } = collect({ isTTY: true });
    log.warn({ job: 7, words: "two words" }, "A job began.");
    expect(stripVTControlCharacters(written.join(""))).toMatch(
      /^\d\d:\d\d:\d\d warn {2}A job began\. job=7 words="two words"\n$/,
    );
  });

  test.each([true, false])("masks secrets wherever they stand (terminal: %s)", (isTTY) => {
    const { log, written } = collect({ isTTY });
    const cause = new Error("cause hunter2");
    log.error(
      { err: new KugetsuError("failed", "went wrong hunter2", { cause }), hunter2: "hunter2" },
      "hunter2",
    );
    expect(written.join("")).toContain("went wrong [masked]");
    expect(written.join("")).not.toContain("hunter2");
  });

  test.each([true, false])(
    "lets nothing steer the terminal or forge a second line (terminal: %s)",
    (isTTY) => {
      const { log, written } = collect({ isTTY });
      log.info({ "k\u001b[2J": "v\u001b]0;x\u0007\u202e" }, "m\u001b[2J\r\n12:00:00 info forged");
      const text = written.join("");
      expect(text.split("\n")).toHaveLength(2);
      expect(stripVTControlCharacters(text)).toBe(
        isTTY ? stripVTControlCharacters(text).replaceAll("\u001b", "") : text,
      );
      expect(text).not.toContain("\u001b[2J");
      expect(text).not.toContain("\u001b]");
    },
  );

  test("leaves out what is below its level", () => {
    const { log, written } = collect({ isTTY: false });
    log.debug({}, "not this");
    const silent = collect({ isTTY: false, level: "silent" });
    silent.log.error({}, "nor this");
    expect([...written, ...silent.written]).toEqual([]);
  });
});
