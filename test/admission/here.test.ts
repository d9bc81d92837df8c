import { expect, test } from "vitest";
import { warningsOfBare, wordsHere } from "../../src/admission/here.ts";

const GITEA = "git.example.org:3000";
const BOTH = [GITEA, "github.com"];

test("on the only forge, a word needs no host, and with one it is meant there", () => {
  const words = ["ann", "acme/writers", `${GITEA}/bob`, `${GITEA}/acme/readers`];
  expect(wordsHere(words, GITEA, [GITEA])).toEqual(["ann", "acme/writers", "bob", "acme/readers"]);
});

test.each(["ann", "acme", "acme/writers"])("on two forges, %s alone means nobody", (word) => {
  for (const instance of BOTH) expect(wordsHere([word], instance, BOTH)).toEqual([]);
});

test("a word with a host means people of that forge alone, also when that is gone", () => {
  const words = ["github.com/ann", "github.com/acme/writers"];
  expect(wordsHere(words, "github.com", BOTH)).toEqual(["ann", "acme/writers"]);
  expect(wordsHere(words, GITEA, BOTH)).toEqual([]);
  expect(wordsHere(words, GITEA, [GITEA])).toEqual([]);
});

test("a host without a dot is known by its forge", () => {
  expect(wordsHere(["gitea/ann"], "gitea", ["gitea"])).toEqual(["ann"]);
  expect(wordsHere(["gitea/ann"], "github.com", ["gitea", "github.com"])).toEqual([]);
});

test("the operator is told of words that count nowhere", () => {
  const lists = { delegateAllow: ["ann", "github.com/bob"], commandAllow: ["acme/writers", "cy"] };
  expect(warningsOfBare(lists, BOTH)).toEqual([
    `DELEGATE_ALLOW: ann counts nowhere, since 2 forges are configured. Write the forge's host before it, such as ${GITEA}/ann.`,
    `COMMAND_ALLOW: acme/writers, cy counts nowhere, since 2 forges are configured. Write the forge's host before it, such as ${GITEA}/acme/writers.`,
  ]);
  expect(warningsOfBare(lists, [GITEA])).toEqual([]);
  expect(warningsOfBare({ delegateAllow: [], commandAllow: ["github.com/x"] }, BOTH)).toEqual([]);
});
