import { Hono } from "hono";
import type { Engine } from "../engine.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { socketPath } from "../kugetsu/home.ts";
import type { Log } from "../log.ts";
import { type Order, ORDER_VERBS, type OrderVerb } from "../orders/order.ts";
import { answerError } from "../socket/answer.ts";
import { listenOnSocket } from "../socket/listen.ts";

/**
 * Opens the socket at which the command line gives its orders to the running server: only the home's owner reaches it.
 * `POST /orders {verb, ref?, message, by}` → `{job, ref}` · `POST /release {ref}` → `{}`: the session's waiting agent
 * has ended.
 */
export async function openControl(options: {
  /** Absolute path of the home. */
  readonly home: string;
  readonly engine: Pick<Engine, "place" | "kugetsu">;
  readonly log: Log;
}): Promise<AsyncDisposable> {
  const { engine, log } = options;
  const app = new Hono();
  app.post("/orders", async (c) => c.json(await engine.place(readOrder(await c.req.json()))));
  app.post("/release", async (c) => {
    await engine.kugetsu.release(textOf(await c.req.json(), "ref"));
    return c.json({});
  });
  app.notFound((c) =>
    answerError(
      c,
      new KugetsuError("invalid", "This server knows no such request."),
      () => undefined,
    ),
  );
  app.onError((error, c) =>
    answerError(c, error, (unknown) => {
      log.error({ err: unknown, path: c.req.path }, "A request at the socket failed.");
    }),
  );
  return listenOnSocket(socketPath(options.home), (request) => app.fetch(request));
}

function readOrder(body: unknown): Order {
  const verb = textOf(body, "verb");
  if (!ORDER_VERBS.includes(verb as OrderVerb))
    throw new KugetsuError("invalid", "There is no such order.");
  return {
    verb: verb as OrderVerb,
    ref: verb === "delegate" ? undefined : textOf(body, "ref"),
    message: textOf(body, "message"),
    by: { id: 0, login: textOf(body, "by") },
  };
}

function textOf(body: unknown, name: string): string {
  const value = (body as Readonly<Record<string, unknown>> | null)?.[name];
  if (typeof value === "string") return value;
  throw new KugetsuError("invalid", `The request has no ${name}.`);
}
