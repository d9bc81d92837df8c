import { expect, test } from "vitest";
import { titleOf } from "../../src/handlers/title.ts";
import { storedJob } from "../jobs/stored.ts";

const ANN = { id: 1, login: "ann" };

function titled(title: string) {
  const thread = { title, body: "", author: ANN, comments: [] };
  return titleOf(storedJob({ issueNumber: 14, issueTitle: "What the delivery told", thread }));
}

test.each([
  ["the issue's where the forge confirmed it", "It breaks", "It breaks"],
  ["as it was written, for whoever prints it to make it harmless", "**It** @ann", "**It** @ann"],
  ["the issue's number where the title had changed", "", "Issue 14"],
  ["the issue's number where nothing of the title can be seen", " \u200B<!-- a -->", "Issue 14"],
])("the title is %s", (_, title, expected) => {
  expect(titled(title)).toBe(expected);
});

test("the title is the issue's number where no thread was read; a delivery alone is not believed", () => {
  expect(titleOf(storedJob({ issueNumber: 14, issueTitle: "What the delivery told" }))).toBe(
    "Issue 14",
  );
});
