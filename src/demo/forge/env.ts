import type { HttpBindings } from "@hono/node-server";
import type { Rights } from "./access.ts";
import type { Internals } from "./internals.ts";
import type { App, Repository, Token } from "./records.ts";

/** What the routes find in their context. */
export interface ForgeEnv {
  Bindings: HttpBindings;
  Variables: {
    internals: Internals;
    token: Token | undefined;
    repository: Repository;
    rights: Rights;
    /** The GitHub App that signed the request. */
    integration: App | undefined;
  };
}
