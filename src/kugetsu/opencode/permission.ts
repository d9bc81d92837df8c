import { isObject, type JsonObject } from "./merge.ts";

/**
 * What an agent may do, with nobody there to ask: the operator's permissions with every `ask` decided. Outside its
 * directories an `ask` means no, else yes: the order was given by somebody who may push, and the agent sits in a
 * sandbox. A `deny` of the operator stays one. In opencode the last rule that matches wins, so order matters here.
 *
 * @param open patterns of paths outside the working directory that the agent may use, such as its temp directory
 */
export function decidePermission(operators: unknown, open: readonly string[]): JsonObject {
  // Named again below: a key keeps the place where it stood first, and a later `*` would win over it.
  const {
    external_directory: _outside,
    question: _question,
    plan_enter: _enter,
    plan_exit: _exit,
    ...rules
  } = decideRules(operators, open);
  return {
    // What opencode itself asks about: a repeated tool call, and .env files, which are the repository's own here.
    doom_loop: "allow",
    read: { "*": "allow", "*.env": "allow", "*.env.*": "allow" },
    ...rules,
    external_directory: outside(
      isObject(operators) ? operators["external_directory"] : operators,
      open,
    ),
    // Tools that wait for a person.
    question: "deny",
    plan_enter: "deny",
    plan_exit: "deny",
  };
}

/** An agent's own permissions, which stand over the common ones: decided in the same way, nothing added. */
export function decideAgentPermission(own: unknown, open: readonly string[]): unknown {
  if (!isObject(own)) return own === "ask" ? "allow" : own;
  const rules = decideRules(own, open);
  const external = own["external_directory"];
  return external === undefined ? rules : { ...rules, external_directory: outside(external, open) };
}

function decideRules(rules: unknown, open: readonly string[]): JsonObject {
  if (!isObject(rules)) return typeof rules === "string" ? { "*": decide(rules, "allow") } : {};
  const decided: Record<string, unknown> = {};
  for (const [name, rule] of Object.entries(rules)) {
    decided[name] = name === "external_directory" ? outside(rule, open) : decideRule(rule, "allow");
  }
  return decided;
}

function outside(rule: unknown, open: readonly string[]): JsonObject {
  const decided = decideRule(rule, "deny");
  const whole = typeof decided === "string" ? decided : "deny";
  return {
    "*": whole,
    ...(isObject(decided) ? decided : {}),
    ...Object.fromEntries(open.map((pattern) => [pattern, "allow"])),
  };
}

function decideRule(rule: unknown, asked: "allow" | "deny"): unknown {
  if (!isObject(rule)) return decide(rule, asked);
  return Object.fromEntries(
    Object.entries(rule).map(([pattern, action]) => [pattern, decide(action, asked)]),
  );
}

function decide(action: unknown, asked: "allow" | "deny"): unknown {
  return action === "ask" ? asked : action;
}
