import { expect, test } from "vitest";
import {
  decideAgentPermission,
  decidePermission,
} from "../../../src/kugetsu/opencode/permission.ts";

test("kugetsu's own rules come last, wherever the operator named the same keys", () => {
  const operators = { external_directory: "deny", question: "ask", "*": "ask" };
  const decided = Object.keys(decidePermission(operators, ["/tmp/x/*"]));
  for (const key of ["external_directory", "question", "plan_enter", "plan_exit"]) {
    expect(decided.indexOf(key)).toBeGreaterThan(decided.indexOf("*"));
  }
});

const OPEN = ["/tmp/x/*"];
const WAITING = { question: "deny", plan_enter: "deny", plan_exit: "deny" };

test.each<[string, unknown, unknown]>([
  [
    "one word for all",
    "ask",
    { "*": "allow", external_directory: { "*": "deny", "/tmp/x/*": "allow" }, ...WAITING },
  ],
  [
    "a rule for all tools, and one that goes before it",
    { "*": "ask", external_directory: { "/data/*": "allow", "/etc/*": "ask" } },
    {
      "*": "allow",
      external_directory: {
        "*": "deny",
        "/data/*": "allow",
        "/etc/*": "deny",
        "/tmp/x/*": "allow",
      },
      ...WAITING,
    },
  ],
  [
    "a wildcard that stands last",
    { external_directory: "allow", "ext*": "ask", "quest?on": "ask" },
    {
      "ext*": "allow",
      "quest?on": "allow",
      external_directory: { "*": "deny", "/tmp/x/*": "allow" },
      question: "deny",
    },
  ],
  [
    "what the operator allows or denies",
    { "*": "allow", bash: "deny", question: "allow" },
    {
      "*": "allow",
      bash: "deny",
      external_directory: { "*": "allow", "/tmp/x/*": "allow" },
      ...WAITING,
    },
  ],
  [
    "a rule for all that stands behind another",
    { external_directory: { "/data/*": "allow" }, "*": "ask" },
    {
      "*": "allow",
      external_directory: { "/data/*": "allow", "*": "deny", "/tmp/x/*": "allow" },
      ...WAITING,
    },
  ],
  ["other tools alone", { edit: "ask" }, { edit: "allow" }],
  ["nothing", undefined, undefined],
])("an agent's own permissions: %s", (_, own, decided) => {
  expect(decideAgentPermission(own, OPEN)).toEqual(decided);
  // The order decides which rule wins.
  expect(JSON.stringify(decideAgentPermission(own, OPEN))).toBe(JSON.stringify(decided));
});
