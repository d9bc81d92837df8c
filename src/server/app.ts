import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { methodNotAllowed } from "./method.ts";
import { answerReadiness, type Readiness } from "./ready.ts";
import type { Log } from "../log.ts";
import { type SetupOptions, setupRoutes } from "./setup/github-app.ts";
import { type ForgeRoutes, type VerifiedDelivery, webhookRoutes } from "./webhook.ts";

export interface AppOptions {
  /** By route: `gitea` is answered at `/webhooks/gitea`. */
  readonly forges: ForgeRoutes;
  /** Resolves when the delivery is on the disk; whatever it throws is answered with 503. */
  readonly accept: (delivery: VerifiedDelivery) => Promise<"accepted" | "repeated">;
  /** Which parts can be used. Asked by anybody, so it must be cheap. */
  readonly readiness: () => Promise<Readiness>;
  /** Where the pages of the set-up store what they bring about; without it there are none. */
  readonly setup?: SetupOptions;
  readonly log: Log;
  /** Largest body of a delivery; GitHub's own limit by default. */
  readonly maxBodyBytes?: number;
}

const MAX_BODY_BYTES = 25 * 1024 * 1024;

/** The bot's HTTP side. But for the set-up's pages, every answer is one short JSON object that tells nothing of the inside. */
export function createApp(options: AppOptions): Hono {
  const { log, maxBodyBytes = MAX_BODY_BYTES } = options;
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-store");
  });
  // Before the headers of all others: pages have their own.
  if (options.setup !== undefined) app.route("/", setupRoutes({ ...options.setup, log }));
  app.use(
    secureHeaders({
      // The operator's proxy speaks TLS and decides this for the whole domain.
      strictTransportSecurity: false,
      xFrameOptions: "DENY",
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    }),
  );
  app.route("/webhooks", webhookRoutes({ ...options, maxBodyBytes }));
  app.get("/healthz", (c) => c.json({ status: "alive" }));
  app.get("/readyz", (c) => answerReadiness(c, options.readiness, log));
  for (const path of ["/healthz", "/readyz"])
    app.all(path, (c) => methodNotAllowed(c, "GET, HEAD"));
  app.notFound((c) => c.json({ error: "Not found." }, 404));
  app.onError((error, c) => {
    if (c.req.raw.signal.aborted) {
      log.debug({ path: c.req.path }, "A request was broken off before its end.");
      return c.json({ error: "The request was broken off." }, 400);
    }
    log.error({ err: error, path: c.req.path }, "A request failed.");
    return c.json({ error: "Internal error." }, 500);
  });
  return app;
}
