import type { ForgeState } from "../state.ts";

const HOUR = 3_600_000;
const SIGNED_IN = 5000;
const ANONYMOUS = 60;

interface Window {
  used: number;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
}

const windows = new WeakMap<ForgeState, Map<string, Window>>();

/** Counts a request against the hourly limit of whoever sends it; what was not sent again is given back. */
export function countRequest(
  state: ForgeState,
  who: string | undefined,
  cost: 0 | 1 | -1,
): { isOver: boolean; headers: Record<string, string> } {
  const all = windows.get(state) ?? new Map<string, Window>();
  windows.set(state, all);
  const key = who ?? "";
  const limit = who === undefined ? ANONYMOUS : SIGNED_IN;
  const now = state.now();
  const current = all.get(key);
  const window =
    current !== undefined && now < current.endsAt ? current : { used: 0, endsAt: now + HOUR };
  all.set(key, window);
  window.used += cost;
  return {
    isOver: window.used > limit,
    headers: {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(Math.max(limit - window.used, 0)),
      "x-ratelimit-reset": String(Math.floor(window.endsAt / 1000)),
      "x-ratelimit-used": String(Math.min(window.used, limit)),
      "x-ratelimit-resource": "core",
    },
  };
}
