import { expect, test } from "vitest";
import type { CliCommand } from "../../../src/cli/command.ts";
import { candidatesFor } from "../../../src/cli/completion/candidates.ts";

const REF = "git.example.org:3000/shoko/shop#14";
const USAGES = new Map([
  ["stop", "Usage: kugetsu stop REF [--all]\n\n  --all  what waits, too"],
  ["init", "Usage: kugetsu init [--prompt TEXT] [--json]"],
  ["env", "Usage: kugetsu env list [--json]\n       kugetsu env get NAME [FILE]"],
  ["help", "Usage: kugetsu help [COMMAND]"],
]);

function command(name: string): CliCommand | undefined {
  const usage = USAGES.get(name);
  return usage === undefined ? undefined : { summary: name, usage, run: async () => undefined };
}

async function words(...typed: string[]) {
  const candidates = await candidatesFor(typed, {
    verbs: async () => [...USAGES.keys()].map((word) => ({ word, summary: `about ${word}` })),
    command: async (name) => command(name),
    refs: async () => [REF, "github.com/shoko/kugetsu#-discuss"],
  });
  return candidates.map(({ word }) => word);
}

test.each([
  ["commands", ["s"], ["stop"]],
  ["refs", ["stop", ""], [REF, "github.com/shoko/kugetsu#-discuss"]],
  ["a ref that is begun", ["stop", "git."], [REF]],
  ["a ref behind an option", ["stop", "--all", "git."], [REF]],
  ["a ref behind what ends options", ["stop", "--", "git."], [REF]],
  ["options", ["stop", REF, "-"], ["--all", "--help"]],
  ["no option behind what ends them", ["stop", "--", "-"], []],
  ["nothing where an option waits for its value", ["init", "--prompt", ""], []],
  ["the verbs of a command", ["env", ""], ["list", "get"]],
  ["the options of that verb alone", ["env", "list", "--"], ["--json", "--help"]],
  ["the files of variables", ["env", "get", "A", ""], ["default", "pm-agent"]],
  ["commands to be explained", ["help", "st"], ["stop"]],
  ["nothing for an unknown command", ["constructor", ""], []],
  ["nothing behind the last argument", ["stop", REF, ""], []],
])("offers %s", async (_, typed, offered) => {
  expect(await words(...typed)).toEqual(offered);
});

test("tells what a command and an option do", async () => {
  const sources = {
    verbs: async () => [{ word: "stop", summary: "about stop" }],
    command: async (name: string) => command(name),
    refs: async () => [],
  };
  expect(await candidatesFor([""], sources)).toEqual([{ word: "stop", summary: "about stop" }]);
  expect(await candidatesFor(["stop", "--a"], sources)).toEqual([
    { word: "--all", summary: "what waits, too" },
  ]);
});
