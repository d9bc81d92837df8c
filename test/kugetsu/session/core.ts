import { join } from "node:path";
import { openBox } from "../../../src/kugetsu/box.ts";
import { openDatabase } from "../../../src/kugetsu/db/database.ts";
import { createSessionStore, type Session } from "../../../src/kugetsu/db/sessions.ts";
import { createGit } from "../../../src/kugetsu/git/git.ts";
import type { Mirror } from "../../../src/kugetsu/git/mirror.ts";
import { openHome } from "../../../src/kugetsu/home.ts";
import { createOpencodeRunner } from "../../../src/kugetsu/opencode/runner.ts";
import { parseRef } from "../../../src/kugetsu/ref.ts";
import type { Core, Place } from "../../../src/kugetsu/session/core.ts";
import { fetchMirror } from "../../../src/kugetsu/session/mirror.ts";
import { openPlace } from "../../../src/kugetsu/session/place.ts";
import { publishSession, type PublishOrder } from "../../../src/kugetsu/session/publish.ts";
import { prepareWorktree, type PreparedWorktree } from "../../../src/kugetsu/session/worktree.ts";
import type { Published, TurnOrder } from "../../../src/kugetsu/turn.ts";
import {
  AGENT_ENV,
  BRANCH,
  commitAll,
  type Fixture,
  makeFixture,
  REF,
  sh,
  write,
} from "../git/fixture.ts";

/** A real core over a repository that a person can push to. Its runner is never started. */
export interface Desk extends AsyncDisposable {
  readonly core: Core;
  readonly fixture: Fixture;
  /** The session of `REF`, which must be there. */
  session(): Promise<Session>;
  /** Where its agent lives. */
  place(): Promise<Place>;
  /** Its worktree. */
  readonly path: string;
  fetch(): Promise<Mirror>;
  prepare(order?: Partial<TurnOrder>): Promise<PreparedWorktree>;
  /** What an agent does in a turn: files and a commit of its own, taken over as at the end of one. */
  work(files: Record<string, string>, prepared?: Pick<PreparedWorktree, "since" | "mergeOf">): Promise<string>;
  publish(order?: Partial<PublishOrder>): Promise<Published>;
  /** What a person does: one commit on that branch, made from `main` when it is not there, pushed. */
  push(branch: string, files: Record<string, string>): string;
  /** The forge's commit of a branch, or undefined. */
  remote(branch: string): string | undefined;
  /** All kept work of the repository, as `ref` and `sha`. */
  kept(): Promise<{ ref: string; sha: string }[]>;
}

export async function openDesk(files?: Record<string, string>): Promise<Desk> {
  await using setup = new AsyncDisposableStack();
  const fixture = setup.use(await makeFixture(files === undefined ? {} : { files }));
  const home = await openHome(fixture.home);
  const database = setup.use(openDatabase(home.database));
  const sessions = createSessionStore(database);
  const runner = setup.use(
    createOpencodeRunner({
      box: openBox,
      idle: { max: 0, ms: 0 },
      config: async () => ({ layers: [], env: {}, home: home.root, auth: undefined }),
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
    lease: "a-lease",
    environment: async (_kind, tempDir) => ({ ...AGENT_ENV, KUGETSU_TEMP_DIR: tempDir }),
  };
  const ref = parseRef(REF);
  const source = { url: fixture.url, credentials: undefined };
  const signal = new AbortController().signal;
  const path = join(home.worktrees, await sessions.claimSlug(REF));

  const fetch = () => fetchMirror(core, ref, source, signal);
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
  const stack = setup.move();
  return {
    core,
    fixture,
    path,
    fetch,
    session,
    place,
    prepare: async (order = {}) =>
      prepareWorktree(
        core,
        {
          ref,
          base: "main",
          branch: BRANCH,
          resumed: false,
          requestedBy: "walter",
          subject: "Mend it",
          ...order,
        },
        await fetch(),
        await place(),
      ),
    async work(changed, prepared) {
      write(path, changed);
      commitAll(path, "The agent's work");
      const { tip: since = "", branch = "" } = await session();
      const { key, env } = await place();
      const taken = await core.git.takeOver({
        ref: REF,
        mirror: await fetch(),
        key,
        path,
        branch,
        since,
        requestedBy: "walter",
        subject: "Mend it",
        env,
        ...prepared,
      });
      const { tip, unresolved } = taken;
      await sessions.patch(REF, { state: "finished", tip, worktreeAt: tip, unresolved });
      return tip;
    },
    publish: (order = {}) =>
      publishSession(core, { ref, source, allowCi: false, signal, ...order }),
    push(branch, changed) {
      const { person } = fixture;
      sh(person, "fetch", "-q", "origin");
      const there = sh(person, "ls-remote", "origin", `refs/heads/${branch}`) !== "";
      sh(person, "checkout", "-q", "-B", branch, there ? `origin/${branch}` : "origin/main");
      write(person, changed);
      const sha = commitAll(person, "A person's work");
      sh(person, "push", "-q", "origin", branch);
      return sha;
    },
    remote(branch) {
      const [sha] = sh(fixture.upstream, "for-each-ref", "--format=%(objectname)", `refs/heads/${branch}`).split("\n");
      return sha === "" ? undefined : sha;
    },
    async kept() {
      const found = await core.git.kept(await fetch());
      return found.map(({ ref: of, sha }) => ({ ref: of, sha }));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
