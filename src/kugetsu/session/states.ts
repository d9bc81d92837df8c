/** State of a session that is being destroyed, whose unpushed work may not be kept yet. */
export const DESTROYING = "destroying";
/** State of a session whose unpushed work is kept: what is still there is a part of what was, and only goes. */
export const REMOVING = "removing";

/** Whether somebody began to destroy the session; only finishing that leaves a consistent home. */
export function isGoing(state: string): boolean {
  return state === DESTROYING || state === REMOVING;
}

/** Whether a lease of that kind is a turn's, and not one of a person, a command or a reader. */
export function isTurn(kind: string): boolean {
  return kind === "dev" || kind === "pm";
}
