import { Hono } from "hono";
import type { ForgeEnv } from "../env.ts";
import { REACTIONS } from "../reactions.ts";
import { json } from "./answer.ts";
import { DEFAULT_PAGE, MAX_PAGE } from "./paging.ts";

export function settingsRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.get("/version", (c) => json({ version: c.get("internals").state.version }));
  app.get("/settings/ui", () =>
    json({
      default_theme: "gitea-auto",
      allowed_reactions: REACTIONS,
      custom_emojis: ["git", "gitea", "codeberg", "gitlab", "github", "gogs"],
    }),
  );
  app.get("/settings/api", () =>
    json({
      max_response_items: MAX_PAGE,
      default_paging_num: DEFAULT_PAGE,
      default_git_trees_per_page: 1000,
      default_max_blob_size: 10_485_760,
      default_max_response_size: 104_857_600,
    }),
  );
  return app;
}
