import { isAlive, type Owner } from "./owner.ts";

/** An owner in another container counts as dead after this silence. */
const SILENCE_MS = 60_000;

/** Whether the owner of a lease is dead. @param now milliseconds since the epoch, like `renewedAt` */
export function isDead(lease: Omit<Owner, "marker"> & { renewedAt: number }, now: number): boolean {
  const alive = isAlive(lease);
  return alive === "elsewhere" ? now - lease.renewedAt > SILENCE_MS : !alive;
}
