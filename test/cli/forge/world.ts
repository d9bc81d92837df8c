import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { Io } from "../../../src/cli/command.ts";
import { run } from "../../../src/cli/run.ts";
import { startSandboxForge } from "../../../src/demo/forge/forge.ts";
import type { SandboxForge, SandboxForgeOptions } from "../../../src/demo/forge/sandbox.ts";
import { createForgeFile, type StoredForges } from "../../../src/forges/file.ts";
import { openForgeRegistry } from "../../../src/forges/registry.ts";
import { routeOf } from "../../../src/forges/route.ts";
import { createJobStore } from "../../../src/jobs/job-store.ts";
import { openDatabase } from "../../../src/kugetsu/db/database.ts";
import { createLeaseStore } from "../../../src/kugetsu/db/leases.ts";
import { currentOwner } from "../../../src/kugetsu/db/owner.ts";
import { openHome } from "../../../src/kugetsu/home.ts";
import { createAccept } from "../../../src/server/accept.ts";
import { createApp } from "../../../src/server/app.ts";
import { listen } from "../../../src/server/listen.ts";
import { keptLog } from "../../jobs/queue.ts";

/** A forge with olivia/shop and the organisation acme, and a home in which commands run. */
export interface SetUp extends AsyncDisposable {
  readonly forge: SandboxForge;
  readonly home: string;
  /** Where a server of that home listens, once `serve` was called. */
  readonly publicUrl: string;
  /** The bot's token, with all scopes, and one of an owner. */
  readonly token: string;
  readonly owner: string;
  /** Answers and takes deliveries as the server of a home does; `ahead` of time by so many milliseconds. */
  serve(ahead?: number): Promise<void>;
  /** `kugetsu …` in this process; `env` over the usual one. */
  cli(
    args: readonly string[],
    input?: string,
    env?: Readonly<Record<string, string>>,
  ): Promise<{ code: number; out: string; err: string }>;
  /** What forges.json holds. */
  stored(): Promise<StoredForges>;
}

export async function openSetUp(options: SandboxForgeOptions = {}): Promise<SetUp> {
  await using setup = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "kugetsu-setup-"));
  setup.defer(() => rm(directory, { recursive: true, force: true }));
  const home = join(directory, "home");
  const forge = setup.use(await startSandboxForge(options));
  const owner = forge.addUser("olivia").token;
  const { token } = forge.addUser("kugetsu-bot");
  await forge.addRepository("olivia/shop", {
    collaborators: { "kugetsu-bot": "admin" },
    files: { "README.md": "# Shop\n" },
  });
  forge.addOrganization("acme", { owners: ["olivia", "kugetsu-bot"] });
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;

  const stack = setup.move();
  return {
    forge,
    home,
    publicUrl,
    token,
    owner,
    async serve(ahead = 0) {
      const opened = await openHome(home);
      const db = stack.use(openDatabase(opened.database));
      await createLeaseStore(db).acquire({
        resource: "server",
        kind: "server",
        owner: currentOwner("server"),
      });
      const forges = await openForgeRegistry({
        home,
        environment: [],
        learn: () => undefined,
        warn: () => undefined,
      });
      const log = keptLog();
      const app = createApp({
        forges: {
          get: async (name) => {
            await forges.current();
            const found = forges.get(name);
            return found && routeOf(found.setting);
          },
        },
        accept: createAccept({
          store: createJobStore({ db }),
          origin: (name) => ({
            forge: name,
            instance: forge.host,
            bot: undefined,
            triggers: ["comment"],
            triggerLabel: "kugetsu",
          }),
          onJob: () => undefined,
          onLook: () => undefined,
          log,
        }),
        readiness: async () => ({ parts: {}, forges: {} }),
        setup: { home, environment: [], now: () => Date.now() + ahead },
        log,
      });
      stack.use(await listen({ fetch: (request) => app.fetch(request), host: "127.0.0.1", port }));
    },
    async cli(args, input, env = {}) {
      const stdin = new PassThrough();
      stdin.end(input ?? "");
      let out = "";
      let err = "";
      const io: Io = {
        env: { HOME: directory, KUGETSU_HOME: home, KUGETSU_PUBLIC_URL: publicUrl, ...env },
        stdin: stdin as unknown as Io["stdin"],
        stdout: { write: (text: string | Uint8Array) => (out += String(text)) !== "" },
        stderr: { write: (text: string | Uint8Array) => (err += String(text)) !== "" },
        onSignal: () => () => undefined,
        exit: () => undefined,
      };
      return { code: await run(args, io), out, err };
    },
    stored: () => createForgeFile(home, []).load(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === "string") throw new Error("No port.");
  return address.port;
}
