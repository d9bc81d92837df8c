import { join } from "node:path";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { stream } from "hono/streaming";
import type { Job } from "../jobs/job.ts";
import type { JobStore } from "../jobs/job-store.ts";
import { KugetsuError, safeMessage } from "../kugetsu/errors.ts";
import type { Session } from "../kugetsu/db/sessions.ts";
import type { Log } from "../log.ts";
import type { Order, PlacedOrder } from "../orders/order.ts";
import { listenOnSocket } from "../socket/listen.ts";
import { writeClient } from "./client-file.ts";
import { runPmVerb } from "./run.ts";

export interface PmDeskOptions {
  /** Absolute path; the agent may read it and not write. */
  readonly directory: string;
  /** The PM agent's turn. */
  readonly job: Job;
  readonly store: JobStore;
  /** The home's `logs`. */
  readonly logs: string;
  readonly sessions: () => Promise<readonly Session[]>;
  /** How many turns whoever gave the order may still ask for today. */
  readonly turnsLeft: () => Promise<number>;
  readonly place: (order: Order) => Promise<PlacedOrder>;
  readonly log: Log;
}

/** Where the PM agent's program prints to, and how it exits. */
export interface PmOutput {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Aborted when the turn ends, or the program goes away. */
  readonly signal: AbortSignal;
}

/** Gives a PM agent its `kugetsu` for one turn: the program, and the socket behind it. */
export async function openPmDesk(options: PmDeskOptions): Promise<AsyncDisposable> {
  const { directory, log, job } = options;
  await writeClient(directory);
  const over = new AbortController();
  let open = 0;
  const app = new Hono();
  // One agent has a few calls open; each may say as much as a long message.
  app.use(bodyLimit({ maxSize: MOST_BYTES }));
  app.post("/run", async (c) => {
    const args = argsOf(await c.req.json());
    if (open >= MOST_CALLS)
      throw new KugetsuError("unavailable", "Too many calls of kugetsu are open.");
    open += 1;
    log.info({ job: job.id, args: args.slice(0, 2) }, "The PM agent calls kugetsu.");
    return stream(c, async (lines) => {
      const gone = new AbortController();
      lines.onAbort(() => {
        gone.abort();
      });
      let last: Promise<unknown> = Promise.resolve();
      const send = (line: object) => {
        last = last.then(() => lines.write(`${JSON.stringify(line)}\n`));
      };
      try {
        const exit = await runPmVerb(args, options, {
          out: (text) => {
            send({ out: text });
          },
          err: (text) => {
            send({ err: text });
          },
          signal: AbortSignal.any([over.signal, gone.signal]),
        });
        send({ exit });
        await last;
      } finally {
        open -= 1;
      }
    });
  });
  app.onError((error, c) => {
    log.warn({ err: error, job: job.id }, "A call of the PM agent failed.");
    return c.text(`${JSON.stringify({ err: `kugetsu: ${safeMessage(error)}\n`, exit: 1 })}\n`);
  });
  const listening = await listenOnSocket(join(directory, "kugetsu.sock"), (request) =>
    app.fetch(request),
  );
  return {
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await listening[Symbol.asyncDispose]();
    },
  };
}

const MOST_BYTES = 1024 * 1024;
const MOST_CALLS = 20;
const MOST_ARGS = 20;
const MOST_LENGTH = 200_000;

function argsOf(body: unknown): string[] {
  const args = (body as { readonly args?: unknown } | null)?.args;
  const areArgs =
    Array.isArray(args) &&
    args.length <= MOST_ARGS &&
    args.every((arg) => typeof arg === "string" && arg.length <= MOST_LENGTH);
  if (!areArgs) throw new KugetsuError("invalid", "These are no arguments.");
  return args as string[];
}
