import { isObject, type JsonObject } from "./merge.ts";

// Tools that wait for a person.
const WAITING: readonly string[] = ["question", "plan_enter", "plan_exit"];

/**
 * What an agent may do, with nobody there to ask: the operator's permissions with every `ask` decided. Outside its
 * directories an `ask` means no, else yes: the order was given by somebody who may push, and the agent sits in a
 * sandbox. A `deny` of the operator stays one. In opencode the last rule that matches wins, so order matters here.
 *
 * @param open patterns of paths outside the working directory that the agent may use, such as its temp directory
 */
export function decidePermission(operators: unknown, open: readonly string[]): JsonObject {
  // Named again below: a key keeps the place where it stood first, and a later `*` would win over it.
  const again = new Set(["external_directory", ...WAITING]);
  const rules = Object.entries(decideRules(operators, open)).filter(([name]) => !again.has(name));
  return {
    // What opencode itself asks about: a repeated tool call, and .env files, which are the repository's own here.
    doom_loop: "allow",
    read: { "*": "allow", "*.env": "allow", "*.env.*": "allow" },
    ...Object.fromEntries(rules),
    external_directory: outside(
      isObject(operators) ? operators["external_directory"] : operators,
      open,
    ),
    ...Object.fromEntries(WAITING.map((tool) => [tool, "deny"])),
  };
}

/**
 * An agent's own permissions, which stand over the common ones: decided in the same way. What they say of all tools
 * (`*`) they say of paths outside and of tools that wait for a person as well, which is decided apart from it.
 */
export function decideAgentPermission(own: unknown, open: readonly string[]): unknown {
  const rules = typeof own === "string" ? { "*": own } : own;
  if (!isObject(rules)) return own;
  const { external_directory: _, ...decided } = decideRules(rules, open);
  const external = rulesOf("external_directory", rules);
  const waiting = WAITING.filter((tool) => rulesOf(tool, rules).length > 0);
  return {
    ...Object.fromEntries(Object.entries(decided).filter(([name]) => !WAITING.includes(name))),
    ...(external.length === 0 ? {} : { external_directory: outside(inOrder(external), open) }),
    ...Object.fromEntries(waiting.map((tool) => [tool, "deny"])),
  };
}

/** The rules that concern a permission, of all keys that match its name, each with the pattern that it is for. */
function rulesOf(permission: string, rules: JsonObject): readonly (readonly [string, unknown])[] {
  return Object.entries(rules)
    .filter(([name]) => matches(name, permission))
    .flatMap(([, rule]) => (isObject(rule) ? Object.entries(rule) : Object.entries({ "*": rule })));
}

/** As an object, in which every key stands where it was named last: the last rule that matches wins. */
function inOrder(rules: readonly (readonly [string, unknown])[]): JsonObject {
  const placed = new Map<string, unknown>();
  for (const [pattern, action] of rules) {
    placed.delete(pattern);
    placed.set(pattern, action);
  }
  return Object.fromEntries(placed);
}

function matches(wildcard: string, name: string): boolean {
  const pattern = wildcard
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${pattern}$`).test(name);
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
  const rules = isObject(decided) ? decided : { "*": decided ?? "deny" };
  return inOrder([
    ["*", "deny"],
    ...Object.entries(rules),
    ...open.map((pattern) => [pattern, "allow"] as const),
  ]);
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
