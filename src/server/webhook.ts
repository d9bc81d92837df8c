import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import type { ForgeEvent } from "../forge/event.ts";
import type { ReadDelivery } from "../forge/forge.ts";
import { verifySignature } from "../forge/signature.ts";
import { methodNotAllowed } from "./method.ts";
import type { Log } from "../log.ts";

/** What the server must know of one forge. */
export interface ForgeRoute {
  /** The secrets that may have signed, read anew for each delivery; `hook` is the last part of the path, if any. */
  readonly secrets: (hook: string | undefined) => readonly string[];
  readonly read: ReadDelivery;
  /** What the forge calls the delivery, or undefined when that is missing or unusable. */
  readonly deliveryId: (headers: Headers) => string | undefined;
}

/** A delivery that its forge signed. */
export interface VerifiedDelivery {
  /** Name of the forge's route. */
  readonly forge: string;
  readonly deliveryId: string;
  readonly event: ForgeEvent;
  /** The last part of the path, if it came to a hook's own address. */
  readonly hook?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

interface Options {
  readonly forges: ReadonlyMap<string, ForgeRoute>;
  readonly accept: (delivery: VerifiedDelivery) => Promise<"accepted" | "repeated">;
  readonly log: Log;
  readonly maxBodyBytes: number;
}

type Env = { Variables: { forge: ForgeRoute; body: Uint8Array } };

/**
 * `POST /:forge[/:hook]`. The checks stand in the order in which they are answered: 404 unknown forge, 415 not JSON,
 * 413 too large, 401 not signed, 400 unreadable, 503 cannot be stored, 202 accepted.
 */
export function webhookRoutes(options: Options): Hono<Env> {
  const routes = new Hono<Env>();
  for (const path of ["/:forge", "/:forge/:hook"]) {
    routes.use(path, knownForge(options));
    routes.post(path, json, limited(options), signed(options), (c) => store(c, options));
    routes.all(path, (c) => methodNotAllowed(c, "POST"));
  }
  return routes;
}

const knownForge = ({ forges }: Options) =>
  createMiddleware<Env>(async (c, next) => {
    const forge = forges.get(c.req.param("forge") ?? "");
    if (forge === undefined) return c.json({ error: "Not found." }, 404);
    c.set("forge", forge);
    return next();
  });

const json = createMiddleware<Env>(async (c, next) => {
  const type = (c.req.header("Content-Type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type === "application/json") return next();
  const error =
    type === "application/x-www-form-urlencoded"
      ? "The webhook sends a form. Set its content type to application/json."
      : "The content type must be application/json.";
  return c.json({ error }, 415);
});

const limited = ({ maxBodyBytes }: Options) =>
  bodyLimit({
    maxSize: maxBodyBytes,
    onError: (c) => c.json({ error: "The body is too large." }, 413),
  });

const signed = ({ log }: Options) =>
  createMiddleware<Env>(async (c, next) => {
    const body = new Uint8Array(await c.req.arrayBuffer());
    const secrets = c.get("forge").secrets(c.req.param("hook"));
    if (!(await verifySignature(body, c.req.raw.headers, secrets))) {
      log.warn({ path: c.req.path }, "A delivery was refused: its signature is missing or wrong.");
      return c.json({ error: "The signature is missing or wrong." }, 401);
    }
    c.set("body", body);
    return next();
  });

async function store(c: Context<Env>, { accept, log }: Options): Promise<Response> {
  const forge = c.req.param("forge") ?? "";
  const deliveryId = c.get("forge").deliveryId(c.req.raw.headers);
  const event = readEvent(c);
  if (deliveryId === undefined || event === undefined) {
    log.warn({ forge }, "A signed delivery could not be read.");
    return c.json({ error: "The delivery could not be read." }, 400);
  }
  try {
    const hook = c.req.param("hook");
    const status = await accept({ forge, deliveryId, event, hook, receivedAt: Date.now() });
    log.debug({ forge, deliveryId, event: event.kind, status }, "A delivery was accepted.");
    return c.json({ status }, 202);
  } catch (error) {
    log.error({ err: error, forge, deliveryId }, "A delivery could not be stored.");
    return c.json({ error: "The delivery cannot be stored now." }, 503);
  }
}

function readEvent(c: Context<Env>): ForgeEvent | undefined {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(c.get("body")));
  } catch {
    return undefined;
  }
  return c.get("forge").read(c.req.raw.headers, body);
}
