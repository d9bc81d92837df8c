import { expect, test } from "vitest";
import { isBot } from "../../src/admission/bots.ts";

test.each([
  [-1, "Ghost"],
  [-2, "gitea-actions"],
  [0, "nobody"],
  [7, "dependabot[bot]"],
  [7, "renovate-bot"],
  [7, "renovate_bot"],
  [7, "renovate.bot"],
  [7, "Release-BOT"],
])("the account %i called %s is a program", (id, login) => {
  expect(isBot({ id, login })).toBe(true);
});

test.each(["walter", "bot", "abbot", "talbot", "bot-lover", "robot", "bottom"])(
  "somebody called %s is a person",
  (login) => {
    expect(isBot({ id: 7, login })).toBe(false);
  },
);
