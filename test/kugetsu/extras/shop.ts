import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSandboxForge } from "../../../src/demo/forge/forge.ts";
import type { SandboxForge } from "../../../src/demo/forge/sandbox.ts";
import { repositoryAt } from "../../../src/handlers/extras.ts";
import { openBox } from "../../../src/kugetsu/box.ts";
import { openDatabase } from "../../../src/kugetsu/db/database.ts";
import { createSessionStore } from "../../../src/kugetsu/db/sessions.ts";
import { openSandbox } from "../../../src/kugetsu/sandbox/sandbox.ts";
import type { ExtrasCore } from "../../../src/kugetsu/extras/core.ts";
import type { Extras, ExtrasOrder } from "../../../src/kugetsu/extras/order.ts";
import { provideExtras } from "../../../src/kugetsu/extras/provide.ts";
import { createGit } from "../../../src/kugetsu/git/git.ts";
import type { Taken } from "../../../src/kugetsu/git/takeover.ts";
import type { AgentWorktree } from "../../../src/kugetsu/git/worktree.ts";
import { openHome } from "../../../src/kugetsu/home.ts";
import { parseRef } from "../../../src/kugetsu/ref.ts";
import { AGENT_ENV, BRANCH, sh, shInput } from "../git/fixture.ts";

/** A shop on a forge with submodules and LFS files, and a worktree of it that an agent could work in. */
export interface Shop extends AsyncDisposable {
  readonly forge: SandboxForge;
  readonly core: ExtrasCore;
  readonly worktree: AgentWorktree;
  readonly path: string;
  /** The commit that the worktree began at. */
  readonly since: string;
  /** The commit of the submodule `lib`, which everybody may read; only some may read `parts/secret`. */
  readonly lib: string;
  provide(change?: Partial<ExtrasOrder> & { readonly mayRead?: boolean }): Promise<Extras>;
  takeOver(): Promise<Taken>;
  /** What `path` is in a commit of the mirror: `160000 SHA`, or `100644 SHA`. */
  entry(sha: string, path: string): string;
}

export const CONTENT = "a large picture\n";
const OTHER = "another\r\n";

/**
 * @param options.gitmodules in place of the usual ones, whose addresses are relative
 * @param options.files further files; those of LFS are given with the pointer
 */
export async function openShop(
  options: {
    readonly wish?: string;
    readonly gitmodules?: (forge: SandboxForge) => string;
    readonly files?: Readonly<Record<string, string>>;
    /** Paths of further submodules, all at the commit of `lib`. */
    readonly links?: readonly string[];
    /** Runs git in the real sandbox. */
    readonly boxed?: boolean;
  } = {},
): Promise<Shop> {
  await using setup = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), "kugetsu-extras-"));
  setup.defer(async () => rm(root, { recursive: true, force: true, maxRetries: 5 }));
  const forge = setup.use(await startSandboxForge());
  for (const login of ["olivia", "walter"]) forge.addUser(login);
  const { token } = forge.addUser("kugetsu-bot");
  const collaborators = { "kugetsu-bot": "write" } as const;
  const wish = options.wish ?? "submodules: true\nlfs: true\n";
  if (wish.includes("submodules: true")) {
    await forge.addRepository("olivia/lib", {
      files: { "lib.c": "int lib;\n", "sub/more.c": "int more;\n", ".gitignore": "*.o\n" },
    });
    await forge.addRepository("olivia/secret", {
      private: true,
      collaborators,
      files: { "secret.c": "int secret;\n" },
    });
  }
  const mainOf = (name: string) =>
    wish.includes("submodules: true") ? (forge.branches(name).get("main") ?? "") : "1".repeat(40);
  const lib = mainOf("olivia/lib");
  const files = {
    ".kugetsu.yml": wish,
    ".gitattributes": "*.png filter=lfs diff=lfs merge=lfs -text\n",
    ".gitmodules":
      options.gitmodules?.(forge) ??
      module("lib", "../lib.git") + module("parts/secret", "../secret.git"),
    "README.md": "# shop\n",
    "a.png": pointerOf(CONTENT),
    "art/b ü.png": pointerOf(OTHER),
    ...options.files,
  };
  const links = Object.fromEntries((options.links ?? []).map((path) => [path, lib]));
  const gitDir = join(root, "shop.git");
  sh(root, "init", "-q", "--bare", "--template=", "--initial-branch=main", gitDir);
  const since = importTree(gitDir, files, {
    lib,
    "parts/secret": mainOf("olivia/secret"),
    ...links,
  });
  await forge.addRepository("olivia/shop", { collaborators, gitDir });
  for (const content of [CONTENT, OTHER]) forge.addLfsObject("olivia/shop", content);
  const home = await openHome(join(root, "home"));
  const path = process.env["PATH"];
  const box =
    options.boxed === true
      ? setup.use(await openSandbox({ home: home.root, path, shown: [], secret: [] })).box
      : openBox;
  const database = setup.use(openDatabase(home.database));
  const core: ExtrasCore = {
    home,
    sessions: createSessionStore(database),
    git: createGit({ home: home.root, box, env: process.env }),
    warn: () => undefined,
  };
  const source = {
    url: `${forge.url}/olivia/shop.git`,
    credentials: { username: "kugetsu-bot", password: token },
  };
  const mirror = await core.git.mirror({ key: "shop", ...source });
  const at = join(core.home.worktrees, "shop-14");
  const { signal } = new AbortController();
  const worktree = { mirror, key: "shop-14", path: at, env: AGENT_ENV, signal };
  await core.git.openWorktree({ ...worktree, branch: BRANCH, at: since });
  const ref = parseRef(`${forge.host}/olivia/shop#14`);
  let mayRead = true;
  const credentialsFor = async () => (mayRead ? source.credentials : undefined);
  const stack = setup.move();
  return {
    forge,
    core,
    worktree,
    path: at,
    since,
    lib,
    async provide({ mayRead: may = true, ...change } = {}) {
      mayRead = may;
      const extras: ExtrasOrder = {
        branch: "main",
        allowed: { submodules: true, lfs: true },
        repositoryAt: (address) => {
          const found = repositoryAt(forge.url, address);
          if (found === undefined) return undefined;
          const name = `${found.owner}/${found.name}`;
          return { name, url: `${forge.url}/${name}.git`, credentials: credentialsFor };
        },
        ...change,
      };
      const head = sh(at, "rev-parse", "HEAD");
      return provideExtras(core, { extras, ref, source, signal }, worktree, head);
    },
    takeOver: () =>
      core.git.takeOver({
        ...worktree,
        branch: BRANCH,
        since,
        ref: "the-shop",
        subject: "Work",
        requestedBy: "walter",
      }),
    entry: (sha, file) =>
      sh(mirror.path, "ls-tree", "--format=%(objectmode) %(objectname)", sha, "--", file),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export function pointerOf(content: string, size = Buffer.byteLength(content)): string {
  const oid = createHash("sha256").update(content).digest("hex");
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`;
}

export function module(path: string, url: string): string {
  return `[submodule "${path}"]\n\tpath = ${path}\n\turl = ${url}\n`;
}

const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;

function importTree(
  gitDir: string,
  files: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>>,
): string {
  const stream = [
    `commit refs/heads/main\nmark :1\ncommitter Olivia <o@example.com> 1772366400 +0000\n`,
    data("Begin"),
    ...Object.entries(files).map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`),
    ...Object.entries(links).map(([path, sha]) => `M 160000 ${sha} ${path}\n`),
    "\nget-mark :1\ndone\n",
  ].join("");
  return shInput(gitDir, stream, "fast-import", "--quiet", "--done");
}
