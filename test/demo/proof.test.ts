import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { testsPass } from "../../src/demo/proof.ts";
import { makeFixture, commitAll, sh, write } from "../kugetsu/git/fixture.ts";

const TEST = `import { test } from "node:test";
import assert from "node:assert/strict";
import { add } from "./calc.js";
test("it adds", () => { assert.equal(add(1, 2), 3); });
`;

test("the tests of a branch are run in a checkout of their own, and decide", async () => {
  using fixture = await makeFixture({
    files: {
      "package.json": '{"type":"module"}\n',
      "calc.js": "export const add = (a, b) => a - b;\n",
      "calc.test.js": TEST,
    },
  });
  const { person, upstream } = fixture;
  sh(person, "checkout", "-q", "-b", "fix/issue-1");
  write(person, { "calc.js": "export const add = (a, b) => a + b;\n" });
  commitAll(person, "Mend it");
  sh(person, "push", "-q", "origin", "fix/issue-1");
  expect(await testsPass(upstream, "main")).toBe(false);
  expect(await testsPass(upstream, "fix/issue-1")).toBe(true);
  await expect(testsPass(upstream, "not-there")).rejects.toThrow(/not-there/);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith("kugetsu-proof-"))).toEqual([]);
});
