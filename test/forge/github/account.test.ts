import { expect, test } from "vitest";
import { account, isBot } from "../../../src/forge/github/account.ts";

test.each<[string, unknown, unknown]>([
  ["a user", { id: 1, login: "mena", type: "User" }, { id: 1, login: "mena" }],
  ["a bot", { id: 2, login: "helper[bot]" }, { id: 2, login: "helper[bot]" }],
  ["a path", { id: 1, login: "../x" }, undefined],
  ["a bot of a path", { id: 1, login: "a/b[bot]" }, undefined],
  ["brackets alone", { id: 1, login: "[bot]" }, undefined],
  ["no id", { login: "mena" }, undefined],
  ["an id below one", { id: 0, login: "mena" }, undefined],
  ["nothing", null, undefined],
])("%s", (_, value, expected) => {
  expect(account(value)).toEqual(expected);
});

test.each<[unknown, boolean]>([
  [{ login: "mena", type: "User" }, false],
  [{ login: "copilot", type: "Bot" }, true],
  [{ login: "helper[bot]" }, true],
  [{ login: "robot" }, false],
  [null, false],
])("is %j a bot: %s", (value, expected) => {
  expect(isBot(value)).toBe(expected);
});
