import { mkdir } from "node:fs/promises";
import { Readable, Writable } from "node:stream";
import { client, ndJsonStream } from "@agentclientprotocol/sdk";
import { execa } from "execa";
import { findOpencode } from "../src/kugetsu/opencode/binary.ts";

/** `opencode acp` with one open session and nothing around it: what a turn costs at the least. */
export interface BareAgent extends AsyncDisposable {
  /** Absolute path of opencode. */
  readonly program: string;
  turn(prompt: string): Promise<void>;
}

export async function openBareAgent(options: {
  home: string;
  folder: string;
  config: Record<string, unknown>;
  /** Off as for kugetsu's agents, or on as opencode comes. */
  snapshot: boolean;
}): Promise<BareAgent> {
  await mkdir(options.home, { recursive: true });
  const program = findOpencode(undefined);
  const child = execa(program, ["acp", "--port", "0"], {
    cwd: options.folder,
    extendEnv: false,
    buffer: false,
    reject: false,
    stderr: "ignore",
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: options.home,
      OPENCODE_CONFIG_CONTENT: JSON.stringify({ ...options.config, snapshot: options.snapshot }),
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_AUTOUPDATE: "1",
    },
  });
  const stream = ndJsonStream(
    Writable.toWeb(child.stdin) as WritableStream<Uint8Array>,
    Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>,
  );
  const connection = client({ name: "bench" }).connect(stream);
  const { agent } = connection;
  await agent.request("initialize", { protocolVersion: 1, clientCapabilities: {} });
  const { sessionId } = (await agent.request("session/new", {
    cwd: options.folder,
    mcpServers: [],
  })) as { sessionId: string };
  return {
    program,
    turn: async (text) => {
      await agent.request("session/prompt", { sessionId, prompt: [{ type: "text", text }] });
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await child;
    },
  };
}
