const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60 * 1_000;

/**
 * How long to wait before the next try, in milliseconds: doubled from 1 second up to 5 minutes, of which between half
 * and all is waited, so that many who failed together do not come back together.
 * @param tries how many have failed, 1 or more
 * @param random between 0 and 1
 */
export function backoff(tries: number, random: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(Math.max(tries, 1) - 1, 20));
  return Math.round(whole * (0.5 + 0.5 * random));
}
