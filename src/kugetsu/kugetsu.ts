import { randomUUID } from "node:crypto";
import { homedir } from "node:os";
import { cloneUrlOf } from "./clone-url.ts";
import { openDatabase, type Database, type Tx } from "./db/database.ts";
import { createLeaseStore, type Lease, type LeaseStore } from "./db/leases.ts";
import { createHold, type LeaseDesk } from "./db/hold.ts";
import { currentOwner, type Owner } from "./db/owner.ts";
import { createSessionStore, type Session } from "./db/sessions.ts";
import { createDocuments, documented } from "./documents/documents.ts";
import { agentEnvironment } from "./env/agent.ts";
import { createEnvFiles } from "./env/files.ts";
import { secretsIn } from "./env/secrets.ts";
import { createGit } from "./git/git.ts";
import { type Identity, NOBODY } from "./git/place.ts";
import { openHome, type Home } from "./home.ts";
import { findPackage } from "./package.ts";
import { endSurvivors } from "./opencode/survivors.ts";
import { createOpencodeRunner } from "./opencode/runner.ts";
import { operatorSecrets } from "./opencode/agent-config.ts";
import { findOpencode, findPrograms } from "./opencode/binary.ts";
import { operatorConfig } from "./opencode/operator.ts";
import { BASE, PM_AGENT, type Core } from "./session/core.ts";
import { delegateTurn, type DelegateOrder, type DelegateReport } from "./session/delegate.ts";
import { diskOf } from "./session/disk.ts";
import { destroySession } from "./session/destroy.ts";
import { attach, type AttachOrder } from "./session/attach.ts";
import { init, type InitOptions, type InitResult } from "./session/init.ts";
import { initInTerminal, type TerminalInitOptions } from "./session/init-in-terminal.ts";
import { occupy, occupyToRemove } from "./session/occupied.ts";
import { unpushedWork } from "./session/unpushed.ts";
import { type ListedSession, listSessions } from "./session/list.ts";
import { prune, type Pruned } from "./prune/prune.ts";
import { readOnly } from "./db/read-only.ts";
import type { UnpushedWork } from "./git/inspect.ts";
import { publishSession, type PublishOrder } from "./session/publish.ts";
import { markClosed } from "./session/mark-closed.ts";
import { renameSessions, type RenamedRef, type RepositoryRename } from "./session/rename.ts";
import { isAbout } from "./session/same-repository.ts";
import { chooseSandbox } from "./sandbox/choose.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";
import { watchUse } from "./sandbox/watch.ts";
import { takeOverShellHome } from "./shell-home/take-over.ts";
import { startTurn } from "./session/start.ts";
import type { KugetsuOptions } from "./options.ts";
import { type IssueRef, instanceOf } from "./ref.ts";
import type { Published, Source, TurnOrder, TurnReport } from "./turn.ts";

export type { KugetsuOptions } from "./options.ts";

/** The embedded core: sessions with an agent, each in a worktree of its own. It knows no forge and no comments. */
export interface Kugetsu extends AsyncDisposable {
  readonly home: Home;
  /** The one database; further tables may live beside the core's. */
  readonly database: Database;
  readonly leases: LeaseStore;
  readonly sandbox: Pick<Sandbox, "kind" | "works">;
  /** Who this process is: the holder of its leases. Its marker stands in the environment of its agents. */
  readonly owner: Owner;
  /**
   * Makes the base session and the PM agent, without a terminal.
   * @throws KugetsuError `conflict` when they are there, without `force`, or in use
   */
  init(options: InitOptions): Promise<InitResult>;
  /** The same with a person at this process' terminal, in opencode's own interface. */
  initInTerminal(options: TerminalInitOptions): Promise<InitResult>;
  /**
   * Opens opencode's own interface on a session, on this process' terminal. No turn of it begins meanwhile.
   * @throws KugetsuError `conflict` while a turn of it runs, `not_found` where there is no conversation
   */
  attach(order: AttachOrder): Promise<Session>;
  /** Runs one turn for an issue, under a lease that the caller holds. The session is made when there is none. */
  start(order: TurnOrder): Promise<TurnReport>;
  /** Pushes what the turns brought. */
  publish(order: PublishOrder): Promise<Published>;
  /** Runs one turn of a repository's PM agent. */
  delegate(order: DelegateOrder): Promise<DelegateReport>;
  /** The session of an issue, by its printed ref; none when that name means another repository by now. */
  session(ref: string, repositoryId?: number): Promise<Session | undefined>;
  /** Every session there is, oldest first. */
  sessions(): Promise<Session[]>;
  /** Writes down up to which comment the agent of that session knows the thread. */
  seen(ref: string, commentId: number): Promise<void>;
  /**
   * Lets the refs of a repository's sessions follow its name; returns those that changed. `together` is done in the same
   * transaction.
   * @throws KugetsuError `conflict` while somebody is at work in one of them: nothing is changed then
   */
  rename(rename: RepositoryRename, together?: (tx: Tx) => void): Promise<readonly RenamedRef[]>;
  /**
   * Marks the session of an issue as closed since then (milliseconds since the epoch), or as open. A new turn in it ends
   * the mark. Returns whether anything changed.
   */
  markClosed(ref: string, at: number | undefined): Promise<boolean>;
  /** All sessions, with the state that they are in now. */
  list(): Promise<ListedSession[]>;
  /** What a session has beyond what is on the forge. Looks, and changes nothing. @throws KugetsuError `not_found` */
  unpushed(ref: string): Promise<UnpushedWork>;
  /**
   * Holds a session's lease for whoever destroys it, until disposed of.
   * @throws KugetsuError `conflict` while a turn of it runs, or somebody else is in it
   */
  hold(ref: string): Promise<AsyncDisposable>;
  /**
   * Removes a session and all that belongs to it, under a lease that the caller holds; unpushed work is kept under refs
   * in the mirror. One that was cut off is finished.
   */
  destroy(ref: string): Promise<{ readonly kept: readonly string[] }>;
  /**
   * Finds what belongs to no session; with `force` removes it, its work kept before.
   * @throws KugetsuError `conflict` when another process does so
   */
  prune(options: { readonly force: boolean }): Promise<readonly Pruned[]>;
  /** Ends the agent of that session that waits for its next turn in this process, if one does. */
  release(ref: string): Promise<void>;
  /** Where git fetches a repository from that lies on no configured forge. @throws KugetsuError as `cloneUrlOf` does */
  source(ref: IssueRef): Promise<Source>;
  /** The default branch of the repository there; undefined for an empty one. @throws KugetsuError as a fetch does */
  defaultBranch(source: Source, signal?: AbortSignal): Promise<string | undefined>;
  /** Whether opencode is there. */
  canRunAgents(): Promise<boolean>;
  /** Ends whatever processes the owners of these leases left behind. */
  endLeftovers(dead: readonly Lease[]): Promise<void>;
}

const IDLE_MS = 5 * 60_000;

/** The user's home, where one is known that is not everything. */
function homesOf(told: string | undefined): readonly string[] {
  try {
    const home = told || homedir();
    return home === "/" ? [] : [home];
  } catch {
    // A user without an entry in the list of people.
    return [];
  }
}

/** The programs of kugetsu's own that agents need; none where they are missing, which the turn tells. */
function programsOf(binary: string | undefined): readonly string[] {
  try {
    const { file, ripgrep } = findPrograms(binary);
    return ripgrep === undefined ? [file] : [file, ripgrep];
  } catch {
    return [];
  }
}

async function endLeftovers(dead: readonly Lease[]): Promise<void> {
  for (const marker of new Set(dead.map((lease) => lease.marker))) await endSurvivors(marker);
}

/** Opens a home, made when missing. Several processes may have one home open at once. */
export async function createKugetsu(options: KugetsuOptions): Promise<Kugetsu> {
  const { environment, idleAgents = 1, pass = [] } = options;
  const { warn = () => undefined, learn = () => undefined } = options;
  const home = await openHome(options.home, { warn });
  await using setup = new AsyncDisposableStack();
  const database = setup.use(openDatabase(home.database));
  await takeOverShellHome({ home, database, environment, warn });
  const sandbox = setup.use(
    await chooseSandbox(options.sandbox ?? "required", {
      home: home.root,
      path: environment["PATH"],
      shown: options.sandboxRead ?? [],
      // Where kugetsu itself is installed: a checkout may hold the operator's own files.
      secret: [findPackage(), ...homesOf(environment["HOME"])],
      programs: programsOf(options.opencodeBinary),
      limits: options.boxLimits,
      warn,
    }),
  );
  const leases = createLeaseStore(database);
  const stored = createSessionStore(database);
  const documents = createDocuments({ home, database, sessions: stored, warn });
  await documents.recover();
  const sessions = documented(stored, documents);
  const owner = currentOwner(randomUUID());
  const envFiles = createEnvFiles(home.env);
  const gitOf = (identity: Identity) =>
    createGit({ home: home.root, box: sandbox.box, env: environment, identity });
  const git = gitOf(NOBODY);
  const disk = diskOf(
    [home.root, ...(options.tempDir === undefined ? [] : [options.tempDir])],
    options.minFreeDisk ?? 0,
  );
  const runner = createOpencodeRunner({
    binary: options.opencodeBinary,
    box: sandbox.box,
    boxed: sandbox.kind === "bubblewrap",
    watch: (processes) => (signal) =>
      watchUse(
        { limits: sandbox.limits, processes, freeDisk: disk.free, leastDisk: disk.least / 2 },
        signal,
      ),
    idle: { max: idleAgents, ms: IDLE_MS },
    config: async () => {
      const config = await operatorConfig({
        environment,
        defaultEnv: await envFiles.read("default"),
      });
      for (const secret of operatorSecrets(config)) learn(secret);
      return config;
    },
  });
  const desk: LeaseDesk = { leases, owner, endLeftovers };
  const coreOf = (identity: Identity, own = gitOf(identity)): Core => ({
    home,
    hold: createHold(desk),
    sessions,
    git: own,
    runner,
    disk,
    warn,
    lease: owner.marker,
    get tempRoot() {
      return options.tempDir;
    },
    pmInstructions: options.pmInstructions,
    environment: async (kind, tempDir, forgeUrl) => {
      const access = forgeUrl === undefined ? undefined : options.pmAccess?.(forgeUrl);
      const env = agentEnvironment({
        source: environment,
        defaultEnv: await envFiles.read("default"),
        pmEnv: kind === "pm" ? await envFiles.read("pm-agent") : undefined,
        kind,
        pass,
        secrets: options.secrets ?? [],
        identity,
        tempDir,
        giteaUrl: forgeUrl,
        pmAccess: access,
        withheld: (name, why) => {
          warn(`${name} is withheld from the agent: ${why}.`);
        },
      });
      for (const secret of secretsIn(env)) learn(secret);
      return env;
    },
  });
  const core = coreOf(NOBODY, git);
  // Asked before each use: the forge that names the bot may not answer yet when the bot starts, and each forge has
  // its own account.
  const identified = async (instance: string | undefined): Promise<Core> => {
    const identity = await options.identity(instance);
    return coreOf(identity);
  };
  const opened = setup.move();
  const occupyBoth = async () => {
    await envFiles.ensure();
    return occupy(core, [BASE, PM_AGENT]);
  };
  return {
    home,
    database,
    leases,
    sandbox,
    owner,
    init: async (order) => {
      await using _both = await occupyBoth();
      return await init(await identified(undefined), order);
    },
    initInTerminal: async (order) => {
      await using _both = await occupyBoth();
      return await initInTerminal(await identified(undefined), order);
    },
    attach: async (order) => {
      await using _session = await occupy(core, [order.ref]);
      return await attach(await identified(instanceOf(order.ref)), order);
    },
    start: async (order) => startTurn(await identified(order.ref.instance), order),
    publish: async (order) => publishSession(await identified(order.ref.instance), order),
    delegate: async (order) => delegateTurn(await identified(order.ref?.instance), order),
    session: async (ref, repositoryId) => {
      const session = await sessions.get(ref);
      return session !== undefined && isAbout(session, repositoryId) ? session : undefined;
    },
    sessions: () => sessions.list(),
    seen: async (ref, commentId) => {
      const session = await sessions.get(ref);
      const seenCommentId = Math.max(session?.seenCommentId ?? 0, commentId);
      await sessions.patch(ref, { seenCommentId });
    },
    rename: async (rename, together) => {
      const renamed = database.write((tx) => {
        const refs = renameSessions(tx, rename);
        together?.(tx);
        return refs;
      });
      await documents.write();
      return renamed;
    },
    markClosed: (ref, at) => markClosed(core, ref, at),
    list: async () => readOnly(home.database, (client) => listSessions(client)),
    unpushed: (ref) => unpushedWork(core, ref),
    hold: (ref) => occupyToRemove(desk, ref),
    destroy: (ref) => destroySession(core, ref),
    prune: ({ force }) => prune(core, desk, { force }),
    release: async (ref) => {
      const session = await sessions.get(ref);
      if (session !== undefined) await runner.release(session.slug);
    },
    source: (ref) => cloneUrlOf(home, ref, { warn }),
    defaultBranch: (source, signal) => git.defaultBranch({ ...source, signal }),
    canRunAgents: async () => {
      try {
        findOpencode(options.opencodeBinary);
        return true;
      } catch {
        return false;
      }
    },
    endLeftovers,
    [Symbol.asyncDispose]: async () => {
      await runner[Symbol.asyncDispose]();
      await opened.disposeAsync();
    },
  };
}
