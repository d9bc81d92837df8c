import { expect, test } from "vitest";
import { findCommand, VERBS } from "../../../src/cli/commands.ts";
import { readSynopses } from "../../../src/cli/completion/synopsis.ts";

test("reads the ways to call a command from its usage", () => {
  const usage = `Usage: kugetsu start REF MESSAGE|- [--debug] [--prompt TEXT]
       kugetsu start <ref> --base|--all [-y] on|off [FILE]…

  --prompt TEXT  what it is told
  --base         \`kugetsu start --other\` in prose is none`;
  expect(readSynopses("start", usage)).toEqual([
    {
      positionals: [["REF"], ["MESSAGE"]],
      options: [
        { name: "--debug", value: undefined, summary: "" },
        { name: "--prompt", value: "TEXT", summary: "what it is told" },
      ],
    },
    {
      positionals: [["<ref>"], ["on", "off"], ["FILE"]],
      options: [
        {
          name: "--base",
          value: undefined,
          summary: "`kugetsu start --other` in prose is none",
        },
        { name: "--all", value: undefined, summary: "" },
        { name: "-y", value: undefined, summary: "" },
      ],
    },
  ]);
});

test.each(VERBS)(
  "finds in the usage of %s how to call it, with every option that it explains",
  async (name) => {
    const { usage = "" } = (await findCommand(name)) ?? {};
    const synopses = readSynopses(name, usage);
    expect(synopses).not.toEqual([]);
    const explained = [...usage.matchAll(/^ {2}(--?[a-z-]+)/gm)].map(([, option]) => option);
    const options = synopses.flatMap((synopsis) => synopsis.options.map((option) => option.name));
    expect(options).toEqual(expect.arrayContaining(explained));
  },
);
