import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBox } from "../../../src/kugetsu/box.ts";
import { type Database, openDatabase } from "../../../src/kugetsu/db/database.ts";
import { createHold, type LeaseDesk } from "../../../src/kugetsu/db/hold.ts";
import { createLeaseStore } from "../../../src/kugetsu/db/leases.ts";
import { currentOwner } from "../../../src/kugetsu/db/owner.ts";
import { createSessionStore, type Session } from "../../../src/kugetsu/db/sessions.ts";
import { createGit } from "../../../src/kugetsu/git/git.ts";
import type { Mirror } from "../../../src/kugetsu/git/mirror.ts";
import { openHome } from "../../../src/kugetsu/home.ts";
import { createOpencodeRunner } from "../../../src/kugetsu/opencode/runner.ts";
import { parseRef } from "../../../src/kugetsu/ref.ts";
import type { Core, Place } from "../../../src/kugetsu/session/core.ts";
import { diskOf } from "../../../src/kugetsu/session/disk.ts";
import { existingMirror, fetchMirror } from "../../../src/kugetsu/session/mirror.ts";
import { openPlace } from "../../../src/kugetsu/session/place.ts";
import { publishSession, type PublishOrder } from "../../../src/kugetsu/session/publish.ts";
import { takeTurnOver } from "../../../src/kugetsu/session/take-over.ts";
import { prepareWorktree, type PreparedWorktree } from "../../../src/kugetsu/session/worktree.ts";
import type { Published, TurnOrder } from "../../../src/kugetsu/turn.ts";
import { AGENT_ENV, BRANCH, REF, sh, shInput, write } from "../git/fixture.ts";

/** A real core over a repository that people push to. */
export interface Desk extends AsyncDisposable {
  readonly core: Core;
  readonly database: Database;
  /** What sessions are held with in the name of this process. */
  readonly leases: LeaseDesk;
  /** The bare repository that stands for the forge, and its address. */
  readonly upstream: string;
  readonly url: string;
  /** The worktree of `REF`. */
  readonly path: string;
  /** The session of `REF`, which must be there. */
  session(): Promise<Session>;
  /** Where its agent lives. */
  place(): Promise<Place>;
  fetch(): Promise<Mirror>;
  prepare(order?: Partial<TurnOrder>): Promise<PreparedWorktree>;
  /** What an agent does in a turn: files, committed by it unless told otherwise, and taken over at its end. */
  work(files: Record<string, string>, how?: "committed" | "left"): Promise<string>;
  publish(order?: Partial<PublishOrder>): Promise<Published>;
  /** A first turn, whose commit is on the forge: from now on the branch is ours, and people may push to it too. */
  firstTurn(): Promise<string>;
  /** What a person does: one commit on that branch, made from `main` when it is not there, pushed. */
  push(branch: string, files: Record<string, string>): string;
  /** The forge's commit of a branch, or undefined. */
  remote(branch: string): string | undefined;
  /** All kept work of the repository, as `ref` and `sha`. */
  kept(): Promise<{ ref: string; sha: string }[]>;
}

const FILES = { "calc.js": "export const add = (a, b) => a - b;\n" };

/** @param options.opencode a shell script that stands in for opencode; without one it must not be started */
export async function openDesk(
  files: Record<string, string> = FILES,
  options: Pick<Partial<Core>, "tempRoot"> & { readonly opencode?: string } = {},
): Promise<Desk> {
  const { opencode, ...change } = options;
  await using setup = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), "kugetsu-session-"));
  setup.defer(async () => rm(root, { recursive: true, force: true, maxRetries: 5 }));
  const upstream = join(root, "forge.git");
  sh(root, "init", "-q", "--bare", "--template=", "--initial-branch=main", upstream);
  commit(upstream, { branch: "main", from: undefined, files });

  const home = await openHome(join(root, "home"));
  const database = setup.use(openDatabase(home.database));
  const sessions = createSessionStore(database);
  const program = join(root, "opencode");
  if (opencode !== undefined) await writeFile(program, `#!/bin/sh\n${opencode}`, { mode: 0o700 });
  const model = { source: "the test", text: '{"model":"local/m"}', directory: root };
  const runner = setup.use(
    createOpencodeRunner({
      ...(opencode === undefined ? {} : { binary: program }),
      box: openBox,
      idle: { max: 0, ms: 0 },
      config: async () => ({
        layers: opencode === undefined ? [] : [model],
        env: {},
        home: home.root,
        auth: undefined,
      }),
    }),
  );
  const core: Core = {
    home,
    sessions,
    runner,
    git: createGit({
      home: home.root,
      box: openBox,
      env: process.env,
      identity: { name: "Kugetsu", email: "bot@example.com" },
    }),
    hold: createHold({
      leases: createLeaseStore(database),
      owner: currentOwner("a-lease"),
      endLeftovers: async () => undefined,
    }),
    disk: diskOf([home.root], 0),
    warn: () => undefined,
    lease: "a-lease",
    ...change,
    environment: async (_kind, tempDir) => ({ ...AGENT_ENV, KUGETSU_TEMP_DIR: tempDir }),
  };
  const ref = parseRef(REF);
  const source = { url: `file://${upstream}`, credentials: undefined };
  const { signal } = new AbortController();
  const path = join(home.worktrees, await sessions.claimSlug(REF));
  const asked = { requestedBy: "walter", subject: "Mend it" };

  const fetch = () => fetchMirror(core, { ref }, source, signal);
  const mirrored = async () => (await existingMirror(core, { ref })) ?? fetch();
  const session = async () => {
    const found = await sessions.get(REF);
    if (found === undefined) throw new Error("There is no session.");
    return found;
  };
  const place = async () =>
    openPlace({
      agents: home.agents,
      slug: await sessions.claimSlug(REF),
      cwd: path,
      environment: (tempDir) => core.environment("dev", tempDir),
      lease: core.lease,
    });
  const remote = (branch: string): string | undefined =>
    sh(upstream, "for-each-ref", "--format=%(objectname)", `refs/heads/${branch}`) || undefined;
  const publish = (order: Partial<PublishOrder> = {}) =>
    publishSession(core, {
      ref,
      source,
      allowCi: false,
      onConflict: "elsewhere",
      holdsSecret: () => false,
      signal,
      ...order,
    });
  const prepare = async (order: Partial<TurnOrder> = {}) => {
    const wanted = {
      ref,
      base: "main",
      branch: BRANCH,
      resumed: false,
      signal: new AbortController().signal,
      ...asked,
      ...order,
    };
    return prepareWorktree(core, wanted, await fetch(), await place());
  };
  const work: Desk["work"] = async (changed, how = "committed") => {
    write(path, changed);
    if (how === "committed") commitWork(path);
    const { tip, branch, ...now } = await session();
    if (tip === undefined || branch === undefined) throw new Error("There is no worktree.");
    const working = { ...now, tip, branch };
    const mirror = await mirrored();
    return (await takeTurnOver(core, asked, mirror, await place(), working, "finished")).tip;
  };
  const stack = setup.move();
  const leases = {
    leases: createLeaseStore(database),
    owner: currentOwner("this-process"),
    endLeftovers: async () => undefined,
  };
  return {
    core,
    database,
    leases,
    upstream,
    url: source.url,
    path,
    fetch,
    session,
    place,
    remote,
    prepare,
    work,
    publish,
    async firstTurn() {
      await prepare();
      const sha = await work({ "first.txt": "first\n" });
      await publish();
      return sha;
    },
    push: (branch, changed) =>
      commit(upstream, { branch, from: remote(branch) ?? remote("main"), files: changed }),
    async kept() {
      const found = await core.git.kept(await mirrored());
      return found.map(({ ref: of, sha }) => ({ ref: of, sha }));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** As an agent commits, with everything that is in the worktree. */
export function commitWork(path: string): void {
  sh(path, "add", "-A");
  sh(path, "commit", "-q", "-m", "The agent's work");
}

const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;

/** A commit without a clone, by one process. */
function commit(
  repository: string,
  at: { branch: string; from: string | undefined; files: Record<string, string> },
): string {
  const changes = Object.entries(at.files).map(
    ([name, text]) => `M 100644 inline ${name}\n${data(text)}`,
  );
  const stream = [
    `commit refs/heads/${at.branch}\nmark :1\n`,
    `committer Ann <ann@example.com> 1772366400 +0000\n${data("A person's work")}`,
    at.from === undefined ? "" : `from ${at.from}\n`,
    ...changes,
    "\nget-mark :1\ndone\n",
  ].join("");
  return shInput(repository, stream, "fast-import", "--quiet", "--done");
}
