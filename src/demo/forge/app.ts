import { Hono } from "hono";
import { apiRoutes } from "./api/api.ts";
import { githubRoutes } from "./github/api.ts";
import { manifestPages } from "./github/manifest.ts";
import { attachmentRoutes } from "./attachments.ts";
import type { ForgeEnv } from "./env.ts";
import type { Faults } from "./faults.ts";
import { gitHttp } from "./git-http.ts";
import { intercept, limitBody } from "./intercept.ts";
import type { Internals } from "./internals.ts";
import { pageRoutes } from "./page/routes.ts";
import { lfsBatch, lfsObject } from "./lfs-http.ts";
import type { RecordedRequest } from "./sandbox.ts";

/** The whole HTTP side: the API, git, and the pages. */
export function createApp(
  internals: Internals,
  faults: Faults,
  requests: RecordedRequest[],
): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.use(async (c, next) => {
    c.set("internals", internals);
    return next();
  });
  const git = "/:owner/:repo/:rest{(?:info/refs|git-upload-pack|git-receive-pack)}";
  // hono/body-limit needs the global Request that node-server would put in place of the real one.
  app.use("/api/*", limitBody);
  const lfs = "/:owner/:repo/info/lfs/objects";
  for (const path of ["/api/*", git, "/attachments/*", `${lfs}/*`])
    app.use(path, intercept(faults, requests));
  app.all(git, gitHttp);
  app.post(`${lfs}/batch`, lfsBatch);
  app.get(`${lfs}/:oid`, lfsObject);
  if (internals.state.face === "github") {
    app.route("/api/v3", githubRoutes());
    app.route("/", manifestPages());
  } else {
    app.route("/api/v1", apiRoutes());
    app.route("/", attachmentRoutes());
  }
  app.route("/", pageRoutes());
  app.onError((error, c) => {
    if ("getResponse" in error) return error.getResponse();
    // A defect of the forge must not look like an answer of Gitea's.
    return c.text(`sandbox forge: ${error.stack ?? error.message}`, 500);
  });
  return app;
}
