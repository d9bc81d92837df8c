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
  /** The secrets that may have signed; `hook` is the last part of the path, if any. undefined: there is no such hook. */
  readonly secrets: (hook: string | undefined) => readonly string[] | undefined;
  readonly read: ReadDelivery;
  /** What the forge calls the delivery, or undefined when that is missing or unusable. */
  readonly deliveryId: (headers: Headers) => string | undefined;
  /** Why an event that is signed is not to be listened to, if so. */
  readonly whyForeign?: (event: ForgeEvent, hook: string | undefined) => string | undefined;
}

/** Looks a forge up by its name, anew for each request. */
export interface ForgeRoutes {
  get(name: string): ForgeRoute | undefined | Promise<ForgeRoute | undefined>;
}

/** A delivery that its forge signed. */
export interface VerifiedDelivery {
  /** Name of the forge's route. */
  readonly forge: string;
  /** Last part of the path: the hook of its own that it came through, if any. */
  readonly hook?: string | undefined;
  readonly deliveryId: string;
  readonly event: ForgeEvent;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

interface Options {
  readonly forges: ForgeRoutes;
  readonly accept: (delivery: VerifiedDelivery) => Promise<"accepted" | "repeated">;
  readonly log: Log;
  readonly maxBodyBytes: number;
}

type Env = { Variables: { forge: ForgeRoute; secrets: readonly string[]; body: Uint8Array } };

/**
 * `POST /:forge[/:hook]`. The checks stand in the order in which they are answered: 404 unknown forge or hook, 415 not
 * JSON, 413 too large, 401 not signed, 400 unreadable, 503 cannot be stored, 202 accepted. What a hook says of
 * something that is not its own is answered 202 as well, `ignored`, and logged: the signature is right, no other answer
 * would mend it, and a forge switches hooks off that are refused again and again.
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
    const forge = await forges.get(c.req.param("forge") ?? "");
    const secrets = forge?.secrets(c.req.param("hook"));
    if (forge === undefined || secrets === undefined) return c.json({ error: "Not found." }, 404);
    c.set("forge", forge);
    c.set("secrets", secrets);
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
    if (!(await verifySignature(body, c.req.raw.headers, c.get("secrets")))) {
      log.warn({ path: c.req.path }, "A delivery was refused: its signature is missing or wrong.");
      return c.json({ error: "The signature is missing or wrong." }, 401);
    }
    c.set("body", body);
    return next();
  });

async function store(c: Context<Env>, { accept, log }: Options): Promise<Response> {
  const forge = c.req.param("forge") ?? "";
  const hook = c.req.param("hook");
  const deliveryId = c.get("forge").deliveryId(c.req.raw.headers);
  const event = readEvent(c);
  if (deliveryId === undefined || event === undefined) {
    log.warn({ forge }, "A signed delivery could not be read.");
    return c.json({ error: "The delivery could not be read." }, 400);
  }
  const why = c.get("forge").whyForeign?.(event, hook);
  if (why !== undefined) {
    const where = "repository" in event ? event.repository : undefined;
    const repository = where && `${where.owner}/${where.name}`;
    log.warn({ forge, hook, deliveryId, repository, why }, "A signed delivery is not listened to.");
    return c.json({ status: "ignored" }, 202);
  }
  try {
    const status = await accept({ forge, hook, deliveryId, event, receivedAt: Date.now() });
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
