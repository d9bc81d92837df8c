import type { Credentials } from "../git/environment.ts";

/** What a turn needs to know to put submodules and LFS files into the worktree. */
export interface ExtrasOrder {
  /** The branch whose `.kugetsu.yml` counts: the repository's default one. */
  readonly branch: string;
  /** What the operator allows for the repository. */
  readonly allowed: { readonly submodules: boolean; readonly lfs: boolean };
  /** The repository of the same forge that lies at that address; undefined for any other address. */
  readonly repositoryAt: (address: string) => ForgeRepository | undefined;
}

export interface ForgeRepository {
  /** Tells it apart from all others of the forge. */
  readonly name: string;
  /** The address that git fetches it from. */
  readonly url: string;
  /** What the bot reads it with; undefined where whoever asks may not read it, or that is not known. */
  readonly credentials: () => Promise<Credentials | undefined>;
}

/** What people should know of the extras of a turn. Paths and names are anybody's words. */
export type ExtraNote =
  | { readonly kind: "unreadable"; readonly why: "size" | "yaml" }
  | { readonly kind: "unknown_keys" | "not_boolean"; readonly names: readonly string[] }
  | { readonly kind: "not_allowed"; readonly what: Extra }
  | { readonly kind: "failed"; readonly what: Extra }
  | {
      readonly kind: "no_submodule";
      readonly why: WhyNoSubmodule;
      readonly paths: readonly string[];
    }
  | { readonly kind: "nested"; readonly paths: readonly string[] }
  | { readonly kind: "no_lfs"; readonly why: WhyNoLfs; readonly paths: readonly string[] }
  | { readonly kind: "changed"; readonly what: Extra; readonly paths: readonly string[] }
  | { readonly kind: "put_back"; readonly paths: readonly string[] };

export type Extra = "submodules" | "lfs";

export type WhyNoSubmodule =
  /** Its address is not one of the same forge. */
  | "elsewhere"
  /** Whoever asks may not read it, as far as is known. */
  | "not_readable"
  | "unreachable"
  /** No branch or tag has the commit. */
  | "no_commit"
  /** Something else stands in its place. */
  | "occupied"
  | "too_many";

export type WhyNoLfs =
  | "too_large"
  | "too_many"
  | "unreachable"
  /** The forge has it not, or gives it to nobody. */
  | "missing"
  /** The forge keeps it at another address than its own. */
  | "elsewhere"
  /** What came is not what the pointer says. */
  | "damaged";

/** What of it is in the worktree. */
export interface Extras {
  readonly notes: readonly ExtraNote[];
  /** Paths of the submodules whose files are there. */
  readonly submodules: readonly string[];
  /** How many LFS files are there with their content. */
  readonly lfs: number;
}

export const NO_EXTRAS: Extras = { notes: [], submodules: [], lfs: 0 };
