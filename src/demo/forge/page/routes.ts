import { randomBytes } from "node:crypto";
import { Hono, type Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { ForgeEnv } from "../env.ts";
import { isPull } from "../json/pull.ts";
import { listPage } from "./list.ts";
import { threadPage } from "./thread.ts";
import type { Document } from "./layout.ts";

/**
 * The pages for people: all that the forge holds, and each thread as it changes. They ask for no sign-in, private
 * repositories included: whoever reaches the loopback port of a sandbox started it.
 */
export function pageRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.get("/", (c) => show(c, (nonce) => listPage(c.get("internals").state, nonce)));
  app.get("/changes", (c) => changes(c));
  app.get("/:owner/:repo/:kind{issues|pulls?}/:index{[0-9]+}", async (c) => {
    const { state } = c.get("internals");
    const { owner, repo, kind, index } = c.req.param();
    const issue = state.findRepository(`${owner}/${repo}`)?.issues.get(Number(index));
    if (issue === undefined) return c.text("Not found.", 404);
    // `pulls` on Gitea, `pull` on GitHub.
    if (isPull(issue) !== (kind !== "issues")) {
      return c.redirect(`/${owner}/${repo}/${isPull(issue) ? "pulls" : "issues"}/${index}`);
    }
    return show(c, (nonce) => threadPage(state, issue, nonce));
  });
  return app;
}

async function show(c: Context<ForgeEnv>, page: (nonce: string) => Document): Promise<Response> {
  const nonce = randomBytes(16).toString("base64");
  c.header(
    "Content-Security-Policy",
    [
      "default-src 'none'",
      `script-src 'nonce-${nonce}'`,
      `style-src 'nonce-${nonce}'`,
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join("; "),
  );
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Referrer-Policy", "no-referrer");
  c.header("Cache-Control", "no-store");
  return c.html(page(nonce));
}

/** One server-sent event for every change. */
function changes(c: Context<ForgeEnv>): Response {
  const { state } = c.get("internals");
  return streamSSE(c, async (stream) => {
    let seen = -1;
    while (!stream.aborted) {
      if (seen !== state.revision) {
        seen = state.revision;
        await stream.writeSSE({ data: String(seen) });
        continue;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      const unsubscribe = state.onChange(resolve);
      stream.onAbort(resolve);
      await promise;
      unsubscribe();
    }
  });
}
