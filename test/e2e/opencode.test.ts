import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { bash, call, say, script } from "../../src/demo/model/script.ts";
import type { ScriptedModel } from "../../src/demo/model/scripted-model.ts";
import { findRipgrepDirectory } from "../../src/kugetsu/opencode/binary.ts";
import { findByLease } from "../../src/kugetsu/opencode/survivors.ts";
import type { Picture } from "../../src/kugetsu/runner.ts";
import { GIF, png } from "../pictures/samples.ts";
import { openRunnerWorld, type RunnerWorld, type Told } from "../support/runner.ts";

// The real opencode; only the model is scripted.

let world: RunnerWorld;
let root: string;
let model: ScriptedModel;
let lease: string;

beforeEach(async () => {
  world = await openRunnerWorld();
  ({ root, model, lease } = world);
});

afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

const pwd = script([bash("pwd"), (ask) => say(`I am in ${ask.results.join("").trim()}.`)]);

test("a new session works in the worktree, and a new process goes on with it", async () => {
  const runner = world.startRunner();
  const at = await world.place("one");
  const told: Told = { sessions: [], progress: [] };
  world.config = model.config({ cost: { input: 1, output: 2 } });
  model.play(pwd);
  const first = await world.turn(runner, at, "Where are you?", {}, told);
  expect(first).toMatchObject({
    outcome: "finished",
    text: `I am in ${at.cwd}.`,
    reason: "",
    tokens: { input: 2000, output: 100, cached: 0 },
  });
  expect(first.cost).toBeCloseTo(0.0022);
  expect(told.sessions).toEqual([first.sessionId]);
  expect(told.progress[0]).toEqual({ kind: "starting", text: "" });
  expect(told.progress).toContainEqual({ kind: "tool", text: "bash: pwd" });
  expect(findByLease(lease)).toEqual([]);
  expect(await readdir(join(at.home, "tmp"))).toEqual([]);

  model.play((ask) => say(`You said: ${ask.messages.find(({ role }) => role === "user")?.text}`));
  const second = await world.turn(runner, at, "And now?", { sessionId: first.sessionId });
  expect(second).toMatchObject({
    outcome: "finished",
    text: "You said: Where are you?",
    sessionId: first.sessionId,
    tokens: { input: 1000, output: 50, cached: 0 },
  });
});

test("pictures reach a model that takes them, and one that does not is told of none", async () => {
  const runner = world.startRunner({ max: 1, ms: 60_000 });
  const at = await world.place("one");
  world.config = model.config({ sees: true });
  model.play(script([say("Seen.")]));
  const picture = { mimeType: "image/png", data: png(2, 2).toString("base64") } as const;
  const broken = { ...picture, data: png(2, 2).subarray(0, 50).toString("base64") };
  const without = "There is no picture.";
  const look = (list: readonly Picture[], sessionId?: string) =>
    world.turn(runner, at, "Look.", { pictures: { list, without }, sessionId });
  const asked = () => model.requests.at(-1)?.ask.messages.at(-1);

  const seen = await look([picture, { mimeType: "image/gif", data: GIF.toString("base64") }]);
  expect(seen).toMatchObject({ outcome: "finished", picturesRefused: undefined });
  expect(asked()).toMatchObject({
    text: "Look.",
    pictures: [
      `data:image/png;base64,${picture.data}`,
      `data:image/gif;base64,${GIF.toString("base64")}`,
    ],
  });

  const unread = await look([picture, broken], seen.sessionId);
  expect(unread).toMatchObject({ outcome: "finished", picturesRefused: "unreadable" });
  expect(asked()).toMatchObject({ text: without, pictures: [] });

  world.config = model.config();
  const unseen = await look([picture], seen.sessionId);
  expect(unseen).toMatchObject({ outcome: "finished", picturesRefused: "model" });
  expect(asked()).toMatchObject({ text: without, pictures: [] });
});

test("a waiting process takes the next turn, and not one with another configuration", async () => {
  const runner = world.startRunner({ max: 1, ms: 60_000 });
  const at = await world.place("one");
  model.play(pwd);
  const first = await world.turn(runner, at, "One");
  const [waiting] = findByLease(lease);
  expect(waiting).toBeDefined();
  const second = await world.turn(runner, at, "Two", { sessionId: first.sessionId });
  expect(second).toMatchObject({ outcome: "finished", tokens: { input: 2000, output: 100 } });
  expect(findByLease(lease)).toEqual([waiting]);

  world.config = { ...world.config, username: "another" };
  const third = await world.turn(runner, at, "Three", { sessionId: first.sessionId });
  expect(third.outcome).toBe("finished");
  expect(findByLease(lease)).not.toContain(waiting);

  // One process waits in all, and it is the last one.
  const other = await world.place("two");
  await world.turn(runner, other, "Four");
  expect(findByLease(lease)).toHaveLength(1);
  await runner.release("one");
  expect(findByLease(lease)).toHaveLength(1);
  await runner.release("two");
  expect(findByLease(lease)).toEqual([]);
});

test("a fork knows the base's conversation and works in its own worktree", async () => {
  const runner = world.startRunner();
  const base = await world.place("base");
  const at = await world.place("issue");
  model.play(pwd);
  const baseId = await runner.createSession(base, "Remember: blue.", new AbortController().signal);
  const exported = await runner.exportSession(base, baseId);
  expect(JSON.parse(exported)).toMatchObject({ info: { id: baseId, directory: base.cwd } });

  const fork = await world.turn(runner, at, "Where are you?", { forkOf: exported });
  expect(fork).toMatchObject({
    outcome: "finished",
    text: `I am in ${at.cwd}.`,
    tokens: { input: 2000, output: 100 },
  });
  expect(fork.sessionId).not.toBe(baseId);
  const words = model.requests
    .at(-1)
    ?.ask.messages.map(({ role, text }) => `${role}: ${text.trim()}`);
  expect(words?.slice(1)).toEqual([
    "user: Remember: blue.",
    "assistant: ",
    `tool: ${base.cwd}`,
    `assistant: I am in ${base.cwd}.`,
    "user: Where are you?",
    "assistant: ",
    `tool: ${at.cwd}`,
  ]);

  // A fork of a fork, whose conversation no process has open any more.
  const again = await world.place("again");
  const second = await world.turn(runner, again, "Where?", {
    forkOf: await runner.exportSession(at, fork.sessionId ?? ""),
  });
  expect(second).toMatchObject({ outcome: "finished", text: `I am in ${again.cwd}.` });
  expect(model.requests.at(-1)?.ask.text).toContain("Remember: blue.");
});

test("an empty base has an empty export, and nothing is forked", async () => {
  const runner = world.startRunner();
  const base = await world.place("base");
  const baseId = await runner.createSession(base, undefined, new AbortController().signal);
  expect(await runner.exportSession(base, baseId)).toBe("");
  await rm(join(base.home, "export.json"));
  expect(await runner.exportSession(base, baseId)).toBe("");
  expect(model.requests).toEqual([]);
  await expect(runner.exportSession(base, "ses_unknown")).rejects.toMatchObject({ code: "failed" });
});

test("a stopped turn leaves no process, not even one in a session of its own", async () => {
  const runner = world.startRunner({ max: 1, ms: 60_000 });
  const at = await world.place("one");
  const stop = new AbortController();
  model.play(
    script([
      bash("(setsid sleep 611 &) ; (setsid sleep 612 >/dev/null 2>&1 &) ; sleep 613", 700_000),
    ]),
  );
  const running = world.turn(runner, at, "Sleep.", { signal: stop.signal });
  await vi.waitFor(
    () => expect(world.commands("sleep ")).toEqual(["sleep 611", "sleep 612", "sleep 613"]),
    30_000,
  );
  const stoppedAt = performance.now();
  stop.abort();
  expect(await running).toMatchObject({ outcome: "stopped", reason: "It was stopped." });
  expect(performance.now() - stoppedAt).toBeLessThan(5000);
  expect(findByLease(lease)).toEqual([]);

  // The conversation goes on.
  model.play(pwd);
  const next = await world.turn(runner, at, "Go on.", { sessionId: (await running).sessionId });
  expect(next.outcome).toBe("finished");
});

test("disposing the runner stops what is under way", async () => {
  const runner = world.startRunner({ max: 1, ms: 60_000 });
  const at = await world.place("one");
  model.play(() => ({ hang: true }));
  const running = world.turn(runner, at, "Hang.");
  await model.until(() => true);
  await runner[Symbol.asyncDispose]();
  expect(await running).toMatchObject({ outcome: "stopped" });
  expect(findByLease(lease)).toEqual([]);
});

test("a turn that is stopped before it begins asks no model", async () => {
  const runner = world.startRunner();
  const at = await world.place("one");
  const stop = new AbortController();
  const running = world.turn(runner, at, "Never.", { signal: stop.signal });
  await vi.waitFor(() => expect(findByLease(lease)).not.toEqual([]), 10_000);
  stop.abort();
  expect(await running).toMatchObject({ outcome: "stopped" });
  expect(model.requests).toEqual([]);
});

test("a refused key fails at once, in the provider's words and without the key", async () => {
  const runner = world.startRunner();
  const at = await world.place("one");
  world.config = model.config({ apiKey: "key-that-nobody-may-see" });
  model.play(({ headers }) => ({
    status: 401,
    body: { error: { message: `Incorrect API key: ${headers.authorization}` } },
  }));
  const result = await world.turn(runner, at, "Hello?");
  expect(result).toMatchObject({
    outcome: "failed",
    reason: "APIError: Incorrect API key: Bearer ****",
    text: "",
  });
  expect(model.requests).toHaveLength(1);
});

test("a model that is not there fails before anything is asked", async () => {
  const runner = world.startRunner();
  const at = await world.place("one");
  world.config = { ...model.config(), model: "local/typo" };
  expect(await world.turn(runner, at, "Hello?")).toMatchObject({
    outcome: "failed",
    reason: "The model local/typo is not there; opencode would take local/m.",
  });
  world.config = {};
  expect(await world.turn(runner, at, "Hello?")).toMatchObject({
    outcome: "failed",
    reason: "No model is configured for the agent.",
  });
  world.config = { model: 5 };
  expect(await world.turn(runner, at, "Hello?")).toMatchObject({ outcome: "failed" });
  expect(model.requests).toEqual([]);
});

test("another model than last time is taken up by a session that goes on", async () => {
  const runner = world.startRunner();
  const at = await world.place("one");
  const first = await world.turn(runner, at, "One");
  world.config = model.config({ model: "other" });
  const second = await world.turn(runner, at, "Two", { sessionId: first.sessionId });
  expect(second.outcome).toBe("finished");
  expect(model.requests.map(({ ask }) => ask.model)).toEqual(["m", "other"]);
});

test("an answer that was cut and tried again is told once", async () => {
  const runner = world.startRunner();
  const at = await world.place("one");
  let tries = 0;
  model.play(() =>
    tries++ === 0 ? { text: "Half an answer", drop: true } : say("Half an answer is none."),
  );
  expect(await world.turn(runner, at, "Say it.")).toMatchObject({
    outcome: "finished",
    text: "Half an answer is none.",
  });
});

test("the agent's environment holds what it was given and no more", async () => {
  const runner = world.startRunner();
  const at = await world.place("one", {
    OPENCODE_CONFIG_CONTENT: '{"model":"opencode/other"}',
    DEEPSEEK_API_KEY: "given",
  });
  process.env["GITEA_TOKEN"] = "the-forge-token";
  try {
    model.play(script([bash("env; cat /proc/$PPID/environ | tr '\\0' '\\n'"), say("Seen.")]));
    expect(await world.turn(runner, at, "Look.")).toMatchObject({ outcome: "finished" });
  } finally {
    delete process.env["GITEA_TOKEN"];
  }
  const seen = model.requests.at(-1)?.ask.results.join("\n") ?? "";
  expect(seen).not.toContain("the-forge-token");
  expect(seen).not.toContain("OPENCODE_CONFIG_CONTENT");
  const names = new Set([...seen.matchAll(/^([A-Za-z_]\w*)=/gm)].map(([, name]) => name ?? ""));
  const own = [...names].filter((name) => !name.startsWith("OPENCODE_")).toSorted();
  expect(own).toEqual([
    // What opencode and the shell add to it.
    "AGENT",
    "DEEPSEEK_API_KEY",
    "HOME",
    "KUGETSU_AGENT",
    "KUGETSU_LEASE",
    "KUGETSU_TEMP_DIR",
    "LANG",
    "OPENCODE",
    "PATH",
    "PWD",
    "SHLVL",
    "TMPDIR",
    "XDG_CONFIG_HOME",
    "_",
  ]);
});

test("what is outside is refused without a question, and the turn goes on", async () => {
  const runner = world.startRunner();
  const at = await world.place("one");
  const temp = at.env["KUGETSU_TEMP_DIR"] ?? "";
  await mkdir(temp, { recursive: true });
  await writeFile(join(temp, "note.txt"), "a note");
  world.config = { ...world.config, permission: { bash: "ask", edit: "ask" } };
  const whole = script([call("read", { filePath: "/etc/hostname" }), say("The subagent is done.")]);
  const player = (ask: Parameters<typeof whole>[0]) =>
    ask.lastUser.includes("subagent looks outside") ? whole(ask) : main(ask);
  const main = script([
    call("read", { filePath: "/etc/hostname" }),
    call("read", { filePath: join(temp, "note.txt") }),
    call("write", { filePath: join(at.cwd, ".env"), content: "A=1" }),
    call("read", { filePath: join(at.cwd, ".env") }),
    call("task", {
      description: "look",
      prompt: "subagent looks outside",
      subagent_type: "general",
    }),
    (ask) => say(ask.results.join("\n---\n")),
  ]);
  model.play(player);
  const result = await world.turn(runner, at, "Look around.");
  expect(result.outcome).toBe("finished");
  const parts = result.text.split("\n---\n");
  expect(parts[0]).toContain("prevents you from using this specific tool call");
  expect(parts[1]).toContain("a note");
  expect(parts[3]).toContain("A=1");
  expect(parts[4]).toContain("The subagent is done.");
  // Six requests of its own and two of its subagent.
  expect(result.tokens).toEqual({ input: 8000, output: 400, cached: 0 });
});

test.skipIf(findRipgrepDirectory() === undefined)("the agent can search its files", async () => {
  const runner = world.startRunner();
  const at = await world.place("one");
  model.play(script([call("grep", { pattern: "hello" }), (ask) => say(ask.results.join("\n"))]));
  const result = await world.turn(runner, at, "Search.");
  expect(result.text).toContain("hello.txt");
});

test("a link that an agent left in its home is not followed", async () => {
  const runner = world.startRunner();
  const at = await world.place("one");
  const outside = join(root, "outside");
  await mkdir(join(at.home, "home", ".local"), { recursive: true });
  await mkdir(outside);
  execFileSync("ln", ["-s", outside, join(at.home, "home", ".local", "share")]);
  execFileSync("ln", ["-s", outside, join(at.home, "config")]);
  expect(await world.turn(runner, at, "Hello.")).toMatchObject({ outcome: "finished" });
  expect(await readdir(outside)).toEqual([]);
  const file = join(at.home, "config", "opencode", "opencode.json");
  expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ share: "disabled" });
});

test("a prompt that opencode would take for a command is a defect of ours", async () => {
  const runner = world.startRunner();
  const at = await world.place("one");
  await expect(world.turn(runner, at, " /help")).rejects.toMatchObject({ code: "internal" });
  expect(existsSync(at.home)).toBe(false);
});
