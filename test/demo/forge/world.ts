import { createServer, type IncomingHttpHeaders } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { startSandboxForge } from "../../../src/demo/forge/forge.ts";
import type { Access, SandboxForge, SandboxForgeOptions } from "../../../src/demo/forge/sandbox.ts";

export interface World extends AsyncDisposable {
  readonly forge: SandboxForge;
  /** Asks the API; `as` is a login, one of the bot's other tokens, or a token itself. */
  readonly ask: (
    as: string | undefined,
    method: string,
    path: string,
    body?: unknown,
  ) => Promise<Answer>;
  readonly tokens: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

/** The people and repositories of the captured fixtures. */
export async function startWorld(
  options: SandboxForgeOptions & { bot?: Access } = {},
): Promise<World> {
  const forge = await startSandboxForge(options);
  const tokens: Record<string, string> = {};
  for (const login of ["olivia", "walter", "rita", "nora"])
    tokens[login] = forge.addUser(login).token;
  tokens["adam"] = forge.addUser("adam", { admin: true }).token;
  forge.addUser("kugetsu-bot", { email: "bot@example.org" });
  const scopes = ["write:issue", "write:repository", "read:user"];
  tokens["bot"] = forge.addToken("kugetsu-bot", scopes);
  tokens["bot-org"] = forge.addToken("kugetsu-bot", [...scopes, "read:organization"]);
  tokens["narrow"] = forge.addToken("kugetsu-bot", ["read:issue"]);
  await forge.addRepository("olivia/shop", {
    collaborators: { walter: "write", rita: "read", "kugetsu-bot": options.bot ?? "admin" },
    files: { "README.md": "# Shop\n", "src/price.js": "export const price = 1;\n" },
  });
  await forge.addRepository("olivia/vault", { private: true, files: { "secret.txt": "x\n" } });

  return {
    forge,
    tokens,
    async ask(as, method, path, body) {
      const token = as === undefined ? undefined : (tokens[as] ?? as);
      const response = await fetch(`${forge.url}${path}`, {
        method,
        headers: {
          ...(token !== undefined && { authorization: `token ${token}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json") === true;
      return {
        status: response.status,
        headers: response.headers,
        body: isJson ? JSON.parse(text) : text,
      };
    },
    [Symbol.asyncDispose]: async () => forge[Symbol.asyncDispose](),
  };
}

/** The organization of the captured fixtures, with the repository acme/api. */
export async function addAcme(forge: SandboxForge): Promise<void> {
  forge.addOrganization("acme", { owners: ["olivia", "adam"] });
  forge.addTeam("acme", { name: "writers", unitsMap: units("write"), members: ["walter"] });
  forge.addTeam("acme", { name: "bots", permission: "admin", members: ["kugetsu-bot"] });
  forge.addTeam("acme", { name: "readers", unitsMap: units("read"), members: ["rita"] });
  await forge.addRepository("acme/api", { files: { "README.md": "# API\n" } });
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: { readonly headers: IncomingHttpHeaders; readonly body: string }[];
  /** What the next requests are answered with; "never" lets them wait. */
  answer: number | "never";
}

/** Somebody who takes deliveries. */
export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      receiver.received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      if (receiver.answer !== "never") response.writeHead(receiver.answer).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/webhooks/gitea`,
    received: [],
    answer: 202,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
  return receiver;
}

function units(access: "read" | "write") {
  return { "repo.code": access, "repo.issues": access, "repo.pulls": access };
}
