import type { Core } from "../session/core.ts";

/** What of the core is used for submodules and LFS files. */
export type ExtrasCore = Pick<Core, "git" | "home" | "sessions" | "warn">;
