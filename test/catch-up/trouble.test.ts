import { expect, test } from "vitest";
import { troubleOf, whileAnswered } from "../../src/catch-up/trouble.ts";
import { KugetsuError } from "../../src/kugetsu/errors.ts";

const HOUR = 3_600_000;
const clock = { now: () => 1_000, random: () => 1 };

test.each([
  ["an unavailable forge is asked again soon", "unavailable", undefined, 1, 1_000],
  ["and less and less often", "unavailable", undefined, 4, 8_000],
  ["but not before it wants to", "unavailable", 90_000, 1, 90_000],
  ["what is refused is tried rarely", "forbidden", undefined, 1, 6 * HOUR],
  ["what is gone as well", "not_found", undefined, 1, 6 * HOUR],
  ["what failed otherwise, each hour", "failed", undefined, 9, HOUR],
] as const)("%s", (_, code, retryAfterMs, tries, wait) => {
  const error = new KugetsuError(code, "No.", { retryAfterMs });
  expect(troubleOf(error, tries, clock).dueAt).toBe(1_000 + wait);
});

test("the operator reads what would help, and nothing of what is not known", () => {
  const error = new KugetsuError("forbidden", "It is refused.", { hint: "Give a right." });
  expect(troubleOf(error, 1, clock).words).toBe("It is refused. Give a right.");
  expect(troubleOf(new Error("a secret"), 1, clock).words).toBe("Internal error.");
});

const away = troubleOf(new KugetsuError("unavailable", "It is away."), 1, clock);
const wantsQuiet = troubleOf(
  new KugetsuError("unavailable", "Too many.", { retryAfterMs: 60_000 }),
  1,
  clock,
);

const limitsOne = troubleOf(
  new KugetsuError("unavailable", "Too many.", { retryAfterMs: 60_000, ofOneAccount: true }),
  1,
  clock,
);

test.each([
  ["that never answers is left alone after three", [away, away, away, undefined], 3, 2_000],
  ["that answers now and then is asked for all", [away, away, undefined, away, away], 5, undefined],
  ["that limits one account is asked about the others", Array(4).fill(limitsOne), 4, undefined],
  ["that wants to be left alone is", [undefined, wantsQuiet, undefined], 2, 61_000],
])("a forge %s", async (_, answers, asked, until) => {
  const done: unknown[] = [];
  const quiet = await whileAnswered(answers, async (answer) => {
    done.push(answer);
    return answer;
  });
  expect(done).toHaveLength(asked);
  expect(quiet).toBe(until);
});
