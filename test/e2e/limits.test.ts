import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ModelAsk } from "../../src/demo/model/ask.ts";
import { bash, call, read, say, script, type Player } from "../../src/demo/model/script.ts";
import type { ScriptedModel } from "../../src/demo/model/scripted-model.ts";
import { findByLease } from "../../src/kugetsu/opencode/survivors.ts";
import type { Watch } from "../../src/kugetsu/opencode/turn.ts";
import type { TurnLimits, TurnResult } from "../../src/kugetsu/runner.ts";
import { openRunnerWorld, type RunnerWorld } from "../support/runner.ts";

// What ends a turn that does not end by itself, with the real opencode.

let world: RunnerWorld;
let model: ScriptedModel;

beforeEach(async () => {
  world = await openRunnerWorld();
  ({ model } = world);
});

afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

const ROOMY: TurnLimits = { wallMs: 60_000, silenceMs: 30_000 };

async function limited(
  limits: Partial<TurnLimits>,
  more: { readonly watch?: Watch; readonly signal?: AbortSignal } = {},
): Promise<TurnResult> {
  const { watch, ...request } = more;
  const at = await world.place("one");
  const runner = world.startRunner({ max: 1, ms: 60_000 }, watch);
  const result = await world.turn(runner, at, "Go.", {
    limits: { ...ROOMY, ...limits },
    ...request,
  });
  // Only a process that is well is kept for the next turn.
  expect(findByLease(world.lease)).toHaveLength(result.outcome === "finished" ? 1 : 0);
  return result;
}

/** The main agent gives this prompt to a subagent, which is played by another script. */
function delegating(main: Player, sub: Player): Player {
  return (ask: ModelAsk) => (ask.lastUser.includes("SUBAGENT") ? sub(ask) : main(ask));
}

const task = call("task", {
  description: "look",
  prompt: "You are the SUBAGENT.",
  subagent_type: "general",
});
const overflow = {
  status: 400,
  body: {
    error: {
      message: "maximum context length",
      code: "context_length_exceeded",
      type: "invalid_request_error",
    },
  },
};

test("a model that cannot be reached is cut at the wall limit", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  const config = JSON.stringify(world.config).replace(model.url, `http://127.0.0.1:${port}/v1`);
  world.config = JSON.parse(config);
  expect(await limited({ wallMs: 3000 })).toMatchObject({
    outcome: "timed_out",
    limit: "wall",
    reason: "It took longer than 3 seconds.",
    tokens: undefined,
  });
});

test("a model that never answers is cut at the silence limit, heartbeats or not, and its words are kept", async () => {
  model.play(() => ({ text: "I begin to think", hang: true }));
  expect(await limited({ silenceMs: 2000 })).toMatchObject({
    outcome: "timed_out",
    limit: "silence",
    reason: "There was no sign of life for 2 seconds.",
    text: "I begin to think",
    tokens: undefined,
    cost: undefined,
  });
});

test("the tokens of a subagent count while it works", async () => {
  model.play(
    delegating(script([task]), () => ({
      ...bash("true"),
      usage: { input: 30_000, output: 1 },
    })),
  );
  const result = await limited({ tokens: 50_000 });
  expect(result).toMatchObject({
    outcome: "stopped",
    limit: "tokens",
    reason: "It used more than 50,000 tokens.",
  });
  // Two requests of the subagent; whether its own, whose tool was cut, is settled by then is up to opencode.
  expect(result.tokens?.input).toBeGreaterThanOrEqual(60_000);
  // It would go on without end; how many are on their way by then is a matter of load.
  expect(model.requests.length).toBeLessThan(40);
});

test("a conversation that never fits the model is cut in its loop of summaries", async () => {
  model.play((ask) => (ask.tools.length === 0 ? say("A summary.") : overflow));
  const result = await limited({ requests: 12 });
  expect(result).toMatchObject({
    outcome: "stopped",
    limit: "requests",
    reason: "It made more than 12 requests to the model.",
  });
  expect(model.requests.length).toBeGreaterThanOrEqual(12);
  expect(model.requests.length).toBeLessThan(40);
});

test("a model that finds every conversation too long fails by itself", async () => {
  model.play(() => overflow);
  expect(await limited({ requests: 12 })).toMatchObject({
    outcome: "failed",
    reason: expect.stringContaining("context exceeds model limit"),
  });
});

test("a request that fails and is made again counts each time, and is told", async () => {
  model.play(() => ({ status: 500, body: { error: { message: "boom" } } }));
  const told = { sessions: [], progress: [] };
  const limits = { ...ROOMY, requests: 2 };
  const at = await world.place("one");
  const result = await world.turn(world.startRunner(), at, "Go.", { limits }, told);
  expect(result).toMatchObject({ outcome: "stopped", limit: "requests" });
  expect(model.requests).toHaveLength(2);
  expect(told.progress).toContainEqual({
    kind: "thinking",
    text: "asking the model again: boom",
  });
});

test("a tool that prints without end is cut at the output limit", async () => {
  model.play(script([bash("yes 0123456789 0123456789 0123456789")]));
  expect(await limited({ outputBytes: 300 * 1024 })).toMatchObject({
    outcome: "stopped",
    limit: "output",
    reason: "It printed more than 300 kB.",
  });
});

test("what somebody else measures stops the turn, in its words", async () => {
  model.play(script([bash("sleep 651")]));
  let ended: AbortSignal | undefined;
  const watch: Watch = async (signal) => {
    ended = signal;
    await vi.waitFor(() => expect(world.commands("sleep 651")).toHaveLength(1), 30_000);
    return { limit: "memory", words: "It used more than 4 GB of memory." };
  };
  expect(await limited({}, { watch })).toMatchObject({
    outcome: "stopped",
    limit: "memory",
    reason: "It used more than 4 GB of memory.",
  });
  expect(ended?.aborted).toBe(true);
});

const failing: Watch = async (signal) => {
  await once(signal, "abort");
  throw new Error("aborted");
};

test("a watch that fails, or ends with the turn, changes nothing", async () => {
  const result = await limited({}, { watch: failing });
  expect(result).toMatchObject({ outcome: "finished" });
  expect(result).not.toHaveProperty("limit");
});

const retried: Player = () => ({ status: 500, body: { error: { message: "boom" } } });

test.each<[string, Player, () => Promise<unknown>]>([
  ["a running command", script([bash("sleep 661")]), () => running("sleep 661")],
  [
    "a command that ignores being told to end",
    script([bash("trap '' TERM HUP INT; sleep 662; sleep 662; sleep 662")]),
    () => running("sleep 662"),
  ],
  [
    "a subagent's command",
    delegating(script([task]), script([bash("sleep 663")])),
    () => running("sleep 663"),
  ],
  ["a model that hangs", () => ({ hang: true }), () => model.until(() => true)],
  [
    "two tries of the model",
    retried,
    async () => {
      await model.until(() => true);
      await vi.waitFor(async () => {
        const status = JSON.stringify(await world.ask(await world.place("one"), "/session/status"));
        expect(status).toContain('"retry"');
      }, 30_000);
    },
  ],
  [
    "an opencode that hangs",
    script([bash("kill -STOP $PPID; sleep 664")]),
    () => running("sleep 664"),
  ],
])("a stop takes less than 2 s during %s", async (_, player, begun) => {
  model.play(player);
  const stop = new AbortController();
  const result = limited({}, { signal: stop.signal });
  await begun();
  const took = await stopTime(stop, result);
  expect(await result).toMatchObject({ outcome: "stopped", reason: "It was stopped." });
  expect(await result).not.toHaveProperty("limit");
  expect(took).toBeLessThan(2000);
});

test.each([
  ["the start of opencode", false],
  ["an early start of opencode", true],
])("a stop takes less than 2 s during %s", async (_, isEarly) => {
  const at = await world.place("one");
  const runner = world.startRunner();
  const stop = new AbortController();
  // It is prepared for somebody whom the stop does not reach.
  if (isEarly) await runner.prepare(at, new AbortController().signal);
  const result = world.turn(runner, at, "Never.", { signal: stop.signal });
  await vi.waitFor(() => expect(findByLease(world.lease)).not.toEqual([]), 10_000);
  const took = await stopTime(stop, result);
  expect(await result).toMatchObject({ outcome: "stopped", reason: "It was stopped." });
  expect(took).toBeLessThan(2000);
  expect(model.requests).toEqual([]);
});

test("a stop takes less than 2 s during the opening of the session", async () => {
  // opencode waits for its MCP servers, and this one says nothing.
  const mcp = { silent: { type: "local", command: ["sleep", "681"], enabled: true } };
  world.config = { ...world.config, mcp };
  const stop = new AbortController();
  const told = { sessions: [], progress: [] };
  const at = await world.place("one");
  const result = world.turn(world.startRunner(), at, "Never.", { signal: stop.signal }, told);
  await running("sleep 681");
  const took = await stopTime(stop, result);
  expect(await result).toMatchObject({ outcome: "stopped", reason: "It was stopped." });
  expect(told.sessions).toEqual([]);
  expect(took).toBeLessThan(2000);
  expect(model.requests).toEqual([]);
});

/** Milliseconds from a stop until the turn has ended, with all its processes. */
async function stopTime(stop: AbortController, turn: Promise<TurnResult>): Promise<number> {
  const stoppedAt = performance.now();
  stop.abort();
  await turn;
  const took = Math.round(performance.now() - stoppedAt);
  expect(findByLease(world.lease)).toEqual([]);
  return took;
}

async function running(command: string): Promise<void> {
  await vi.waitFor(() => expect(world.commands(command)).not.toEqual([]), 30_000);
}

interface Rule {
  readonly permission: string;
  readonly pattern: string;
  readonly action: string;
}

test("whatever the operator says, no agent has anything left to ask", async () => {
  world.config = {
    ...world.config,
    permission: { bash: { "git *": "ask" }, "*": "ask", "ext*": "ask" },
    tools: { question: true },
    agent: {
      all: { description: "x", permission: "ask" },
      star: { description: "x", permission: { "*": "ask" } },
      old: { description: "x", tools: { "*": true, question: true } },
      plan: { permission: { edit: "ask", plan_exit: "ask" } },
      explore: { permission: { external_directory: { "/x/*": "ask" } } },
      general: { permission: { "q*": "ask", "doom*": "ask", "ext*": "ask" } },
    },
    mode: { wild: { permission: { "*": { "*": "ask" } } } },
  };
  const at = await world.place("one", { OPENCODE_PERMISSION: '{"*":"ask"}' });
  model.play(() => ({ hang: true }));
  const stop = new AbortController();
  const result = world.turn(world.startRunner(), at, "Go.", { signal: stop.signal });
  await model.until(() => true);
  const agents = (await world.ask(at, "/agent")) as { name: string; permission: Rule[] }[];
  stop.abort();
  await result;
  expect(agents.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["build", "plan", "general", "explore", "compaction", "star", "wild"]),
  );
  const asking = agents.flatMap(({ name, permission }) =>
    permission
      .filter(({ action }, index) => action === "ask" && !isCovered(permission, index))
      .map((rule) => `${name}: ${rule.permission} ${rule.pattern}`),
  );
  expect(asking).toEqual([]);
  const opened = agents.filter(({ name, permission }) => name !== "old" && isOpen(permission));
  expect(opened.map(({ name }) => name)).toEqual([]);
});

/** Whether a later rule decides all that this one is for: the last one that matches wins. */
function isCovered(rules: readonly Rule[], index: number): boolean {
  const rule = rules[index];
  return rules
    .slice(index + 1)
    .some(
      ({ permission, pattern }) =>
        (permission === "*" || permission === rule?.permission) &&
        (pattern === "*" || pattern === rule?.pattern),
    );
}

/** Whether the agent may go anywhere. */
function isOpen(rules: readonly Rule[]): boolean {
  const last = rules.findLast(
    ({ permission, pattern }) =>
      ["*", "ext*", "external_directory"].includes(permission) && pattern === "*",
  );
  return last?.action !== "deny";
}

// An operator's plugin may change any configuration, after kugetsu has decided it.
test.each<[string, (asking: Player) => Player]>([
  ["the agent", (asking) => asking],
  ["a subagent", (asking) => delegating(script([task, say("I went on.")]), asking)],
])(
  "a permission that %s asks for all the same is refused, and nothing waits",
  async (_, player) => {
    const plugin = join(world.root, "ask.js");
    await writeFile(
      plugin,
      `export const Ask = async () => ({ config: async (config) => { config.permission.bash = "ask"; } });`,
    );
    world.config = { ...world.config, plugin: [plugin] };
    model.play(player(script([bash("echo secretly")])));
    const result = await limited({ silenceMs: 15_000 });
    expect(result.outcome).toBe("failed");
    expect(result.reason).toMatch(
      /^The agent asked for a permission that nobody could give: .*(?:echo secretly|Runs a command)/,
    );
  },
);

test("a subagent that reads outside is told no, and the turn goes on", async () => {
  model.play(
    delegating(
      script([task, (ask) => say(ask.results.join(""))]),
      script([read("/etc/hostname"), (ask) => say(`It said: ${ask.results.join("")}`)]),
    ),
  );
  const result = await limited({ silenceMs: 15_000 });
  expect(result.outcome).toBe("finished");
  expect(result.text).toContain("prevents you from using this specific tool call");
});

test("a process in which something of the agent still runs is not kept", async () => {
  const at = await world.place("one");
  const runner = world.startRunner({ max: 1, ms: 60_000 });
  model.play(
    script([bash("setsid sleep 671 >/dev/null 2>&1 & nohup sleep 672 >/dev/null 2>&1 &")]),
  );
  const first = await world.turn(runner, at, "Leave something.");
  expect(first.outcome).toBe("finished");
  expect(findByLease(world.lease)).toEqual([]);

  model.play(script([bash("sleep 0.1 & wait")]));
  const second = await world.turn(runner, at, "Leave nothing.", { sessionId: first.sessionId });
  expect(second.outcome).toBe("finished");
  expect(findByLease(world.lease)).toHaveLength(1);
});
