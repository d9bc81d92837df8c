import { bash, edit, read, say, script, write, type Player } from "./model/script.ts";

/** The repository of the demo: a small shop whose total forgets the quantity. Its own test is red. */
export const FILES = {
  "README.md": "# shop\n\nAdds up a basket. `node --test` runs the tests.\n",
  "AGENTS.md": "Keep it small. Run `node --test` before you commit.\n",
  "package.json": `${JSON.stringify({ name: "shop", version: "1.0.0", type: "module", scripts: { test: "node --test" } }, null, 2)}\n`,
  "total.js": `/** What a basket costs, in cents. */
export function total(basket) {
  return basket.reduce((sum, item) => sum + item.price, 0);
}
`,
  "total.test.js": `import assert from "node:assert/strict";
import { test } from "node:test";
import { total } from "./total.js";

test("two of a kind cost twice as much", () => {
  assert.equal(total([{ price: 250, quantity: 2 }]), 500);
});
`,
};

export const ISSUE = {
  title: "The total ignores the quantity",
  body: "Two apples at 2.50 make 2.50 instead of 5.00. `node --test` shows it.",
};

const MORE_TESTS = `
test("an empty basket costs nothing", () => {
  assert.equal(total([]), 0);
});
`;

const fix = script([
  bash("node --test"),
  (ask) => read(`${worktree(ask.text)}/total.js`),
  (ask) =>
    edit(`${worktree(ask.text)}/total.js`, "sum + item.price", "sum + item.price * item.quantity"),
  bash('node --test && git commit --all --message "Count the quantity in the total"'),
  say(
    "`total` added up the prices and never looked at the quantity. It multiplies them now.\n\n`node --test` was red before and is green.",
  ),
]);

const addTest = script([
  bash("cat total.test.js"),
  (ask) => write(`${worktree(ask.text)}/total.test.js`, FILES["total.test.js"] + MORE_TESTS),
  bash('node --test && git commit --all --message "Test an empty basket"'),
  say("Added a test for the empty basket. Both tests are green."),
]);

/** What the model says in the demo: the fix first, and a further test when it is asked for one. */
export const play: Player = (ask) =>
  ask.lastUser.includes("add a test") ? addTest(ask) : fix(ask);

/** The agent's directory, as opencode tells it to its model. */
function worktree(conversation: string): string {
  return /Working directory: (.+)/.exec(conversation)?.[1] ?? ".";
}
