import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { canRead } from "./access.ts";
import { tokenOf } from "./authentication.ts";
import type { ForgeEnv } from "./env.ts";
import type { Attachment } from "./records.ts";
import type { ForgeState } from "./state.ts";

/** Returns its Markdown, as Gitea's editor writes it. */
export function attach(
  state: ForgeState,
  file: Pick<Attachment, "issue" | "comment" | "name" | "bytes">,
): string {
  const uuid = randomUUID();
  const id = state.nextId("attachment");
  state.attachments.set(uuid, { ...file, id, uuid, createdAt: state.now() });
  state.changed();
  return `![${file.name}](/attachments/${uuid})`;
}

/** Where they are read. As on Gitea it is their id alone that counts, whichever repository the path names. */
export function attachmentRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  for (const path of ["/attachments/:id", "/:owner/:repo/attachments/:id"]) {
    app.get(path, (c) => {
      const { state } = c.get("internals");
      const token = tokenOf(state, c.req.header("authorization"));
      const found = state.attachments.get(c.req.param("id") ?? "");
      const user = token === undefined || token === "bad" ? undefined : token.user;
      if (found === undefined || !canRead(user, found.issue.repository))
        return c.text("Not found.\n", 404);
      return c.body(new Uint8Array(found.bytes), 200, {
        "content-type": "application/octet-stream",
        "x-content-type-options": "nosniff",
      });
    });
  }
  return app;
}
