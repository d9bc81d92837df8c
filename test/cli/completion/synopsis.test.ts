import { expect, test } from "vitest";
import { loadCommands } from "../../../src/cli/commands.ts";
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

test("finds in every command's usage how to call it, and names in it every option that the usage explains", async () => {
  for (const [name, { usage }] of await loadCommands()) {
    const synopses = readSynopses(name, usage);
    expect(synopses, name).not.toEqual([]);
    const explained = [...usage.matchAll(/^ {2}(--?[a-z-]+)/gm)].map(([, option]) => option);
    const options = synopses.flatMap((synopsis) => synopsis.options.map((option) => option.name));
    expect(options, name).toEqual(expect.arrayContaining(explained));
  }
});
