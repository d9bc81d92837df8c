import { Octokit } from "octokit";
import { startSandboxForge } from "../../../../src/demo/forge/forge.ts";
import type { SandboxForge, SandboxForgeOptions } from "../../../../src/demo/forge/sandbox.ts";

export const REPOSITORY = "olivia/shop";
export const SHOP = { owner: "olivia", repo: "shop" } as const;

export interface World extends AsyncDisposable {
  readonly forge: SandboxForge;
  /** GitHub's own client, as a login, with a token, or as nobody. */
  readonly as: (who: string | undefined) => Octokit;
  readonly tokens: Readonly<Record<string, string>>;
  /** Status, headers and JSON of a request that GitHub's client would not send, or turns into an error. */
  readonly ask: (
    who: string | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A GitHub with an owner, a writer, a maintainer, a triager, a reader, a stranger and a bot. */
export async function startGitHub(options: SandboxForgeOptions = {}): Promise<World> {
  const forge = await startSandboxForge({ ...options, face: "github" });
  const tokens: Record<string, string> = {};
  for (const login of ["olivia", "walter", "mia", "tom", "rita", "nora", "kugetsu-bot"]) {
    tokens[login] = forge.addUser(login).token;
  }
  await forge.addRepository(REPOSITORY, {
    collaborators: {
      walter: "write",
      mia: "maintain",
      tom: "triage",
      rita: "read",
      "kugetsu-bot": "write",
    },
    files: { "README.md": "# Shop\n", "src/price.js": "export const price = 1;\n" },
  });
  const base = `${forge.url}/api/v3`;
  const tokenOf = (who: string | undefined) =>
    who === undefined ? undefined : (tokens[who] ?? who);
  return {
    forge,
    tokens,
    as: (who) => clientOf(base, tokenOf(who)),
    async ask(who, method, path, body, headers) {
      const token = tokenOf(who);
      const response = await fetch(base + path, {
        method,
        redirect: "manual",
        headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === "" ? undefined : JSON.parse(text),
      };
    },
    [Symbol.asyncDispose]: async () => forge[Symbol.asyncDispose](),
  };
}

/** Without the waiting and trying again that would hide what the forge answers. */
export function clientOf(baseUrl: string, auth: string | undefined): Octokit {
  return new Octokit({
    baseUrl,
    ...(auth !== undefined && { auth }),
    retry: { enabled: false },
    throttle: { enabled: false },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
}

/** A branch of the shop with one change, and a pull request for it. */
export async function openFix(forge: SandboxForge, by = "walter"): Promise<number> {
  const files = { "src/price.js": "export const price = 1;\nexport const sum = 2;\n" };
  await forge.commit(REPOSITORY, "fix/issue-1", { by, message: "Sum", files });
  return forge.openPull(REPOSITORY, { by, title: "Sum", head: "fix/issue-1" });
}
