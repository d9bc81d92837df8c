import { expect, test } from "vitest";
import { decidePermission } from "../../../src/kugetsu/opencode/permission.ts";

test("kugetsu's own rules come last, wherever the operator named the same keys", () => {
  const operators = { external_directory: "deny", question: "ask", "*": "ask" };
  const decided = Object.keys(decidePermission(operators, ["/tmp/x/*"]));
  for (const key of ["external_directory", "question", "plan_enter", "plan_exit"]) {
    expect(decided.indexOf(key)).toBeGreaterThan(decided.indexOf("*"));
  }
});
