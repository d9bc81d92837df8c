import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import type { Face, SandboxForge } from "../../src/demo/forge/sandbox.ts";
import type { Person } from "../../src/forge/event.ts";
import type { Forge } from "../../src/forge/forge.ts";
import { createGitea } from "../../src/forge/gitea.ts";
import { createGitHub } from "../../src/forge/github.ts";
import type { ForgeWork, QueueView } from "../../src/handlers/handler.ts";
import type { Job } from "../../src/jobs/job.ts";
import {
  createSessionStore,
  type Session,
  type SessionStore,
} from "../../src/kugetsu/db/sessions.ts";
import { createKugetsu, type Kugetsu } from "../../src/kugetsu/kugetsu.ts";
import type { TurnReport } from "../../src/kugetsu/turn.ts";
import { keptLog, type Line } from "../jobs/queue.ts";
import { storedJob } from "../jobs/stored.ts";

export const SHOP = "olivia/shop";

/** A forge with the shop, the bot's and a person's view of it, and a real core whose agents end at once. */
export interface Desk extends AsyncDisposable {
  readonly forge: SandboxForge;
  /** As the bot sees it; on the face of GitHub it is one of those. */
  readonly gitea: Forge;
  /** As walter sees it, who may write. */
  readonly walter: Forge;
  readonly kugetsu: Kugetsu;
  readonly sessions: SessionStore;
  /** A job for a new issue. */
  job(change?: Partial<Job>): Job;
  /** The commit of a turn that the core has taken over, on no branch that matters. */
  commit(files: Record<string, string>): Promise<string>;
  /** The session of a job, as a turn that ended with that tip left it. */
  turned(job: Job, tip: string, change?: Partial<Session>): Promise<Session>;
}

export async function openDesk(face: Face = "gitea"): Promise<Desk> {
  await using setup = new AsyncDisposableStack();
  const forge = setup.use(await startSandboxForge({ face }));
  const people = new Map<string, Person & { token: string }>();
  for (const login of ["olivia", "walter", "kugetsu-bot"]) people.set(login, forge.addUser(login));
  const { id } = await forge.addRepository(SHOP, {
    files: { "README.md": "# The shop\n" },
    collaborators: { walter: "write", "kugetsu-bot": "write" },
  });
  const as = (login: string): Forge => {
    const token = people.get(login)?.token ?? "";
    const { url } = forge;
    if (face === "gitea") return createGitea({ url, token });
    return createGitHub({ url, auth: { kind: "token", token } });
  };
  const seen = as("kugetsu-bot");
  const home = await mkdtemp(join(tmpdir(), "kugetsu-handlers-"));
  setup.defer(async () => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const kugetsu = setup.use(
    await createKugetsu({
      home,
      opencodeBinary: "/bin/false",
      environment: { PATH: process.env["PATH"], HOME: home },
      identity: async (instance) => {
        if (instance !== forge.host) throw new Error(`There is no forge ${instance}.`);
        const { login, email } = await seen.self();
        return { name: login, email };
      },
    }),
  );
  const sessions = createSessionStore(kugetsu.database);
  const person = (login: string): Person => ({ id: people.get(login)?.id ?? 0, login });
  let commits = 0;
  const stack = setup.move();
  return {
    forge,
    gitea: seen,
    walter: as("walter"),
    kugetsu,
    sessions,
    job(change = {}) {
      const title = change.issueTitle ?? "It breaks";
      const number = forge.createIssue(SHOP, { by: "olivia", title });
      const commentId = forge.comment(SHOP, number, { by: "walter", body: "/kugetsu fix" });
      return storedJob({
        id: commentId,
        state: "running",
        attempts: 1,
        startedAt: Date.now(),
        ref: `${forge.host}/${SHOP}#${number}`,
        repository: { id, owner: "olivia", name: "shop" },
        issueNumber: number,
        commentId,
        issueTitle: title,
        author: person("walter"),
        actor: person("walter"),
        thread: { title, body: "", author: person("olivia"), comments: [] },
        ...change,
      });
    },
    commit: async (files) =>
      (await forge.commit(SHOP, `work-${++commits}`, { by: "walter", message: "Work", files })).sha,
    turned: (job, tip, change = {}) =>
      sessions.put({
        ref: job.ref,
        kind: "forked",
        state: "finished",
        branch: `fix/issue-${job.issueNumber}`,
        base: "main",
        tip,
        ...change,
      }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export const QUIET: QueueView = {
  jobsOf: async () => [],
  stop: async () => ({ running: [], waiting: [], left: [] }),
  pausedAt: async () => undefined,
};

/** What a handler gets, and what it said and noted on its way. */
export function workOn(
  { gitea, kugetsu }: Desk,
  job: Job,
  change: Partial<ForgeWork> = {},
): ForgeWork & { readonly said: string[]; readonly noted: object[]; readonly lines: Line[] } {
  const said: string[] = [];
  const noted: object[] = [];
  const log = keptLog();
  return {
    job,
    forge: gitea,
    kugetsu,
    signal: new AbortController().signal,
    resumed: false,
    settings: {
      limits: () => ({ wallMs: 1_000, silenceMs: 1_000 }),
      allowCiChanges: [],
      allowSubmodules: [],
      allowLfs: [],
      version: "1.2.3",
    },
    queue: QUIET,
    log,
    mask: (text) => text.replaceAll("a-secret-word", "***"),
    say: async (text, urgency) => {
      said.push(`${urgency}: ${text}`);
    },
    note: async (notes) => {
      noted.push(notes);
    },
    onActivity: () => undefined,
    pmClient: undefined,
    said,
    noted,
    lines: log.lines,
    ...change,
  };
}

/** What the core tells of a turn that finished on the job's branch. */
export function reportOf(job: Job, change: Partial<TurnReport> = {}): TurnReport {
  return {
    result: {
      outcome: "finished",
      text: "I mended it.",
      reason: "",
      sessionId: "ses_1",
      tokens: undefined,
      cost: undefined,
      durationMs: 61_000,
    },
    branch: `fix/issue-${job.issueNumber}`,
    base: "main",
    commits: [{ sha: "0".repeat(40), subject: "Work" }],
    diffstat: { files: 0, insertions: 0, deletions: 0, entries: [], more: 0 },
    committedForAgent: false,
    foundOn: undefined,
    kept: [],
    leftOut: [],
    ...change,
  };
}
