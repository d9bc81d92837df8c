import { hasTable, type ReadOnly } from "../db/read-only.ts";

/**
 * Whether a home still has to be taken over, or may have to be: then whoever opens the core does so. As `take-over.ts`
 * decides it, without loading it.
 *
 * @param hasIndex whether an index.json is there
 */
export function isTakeOverPending(client: ReadOnly, hasIndex: boolean): boolean {
  const state = hasTable(client, "shell_homes")
    ? client.prepare<[], string>("SELECT state FROM shell_homes").pluck().get()
    : undefined;
  return state === undefined ? hasIndex : state === "begun";
}
