import { expect, test } from "vitest";
import { newTo } from "../../src/handlers/new-to.ts";
import type { Thread, ThreadComment } from "../../src/thread.ts";

const author = { id: 1, login: "ann" };
const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;
const comment = (id: number, second: number): ThreadComment => ({
  id,
  author,
  body: "",
  createdAt: at(second),
});
const review = (id: number, second: number): ThreadComment => ({
  ...comment(id, second),
  place: "review",
});
const thread = (...comments: ThreadComment[]): Thread => ({
  title: "",
  body: "",
  author,
  comments,
});

test("comments are new by their id, words of reviews by their time", () => {
  const [seen, later] = [comment(70, 3), comment(71, 5)];
  const [before, sameSecond, after] = [review(900, 1), review(2, 3), review(3, 4)];
  expect(newTo(thread(before, seen, sameSecond, after, later), 70)).toEqual([
    sameSecond,
    after,
    later,
  ]);
});

test("where the time of what was seen is not known, no word of a review is left out", () => {
  const words = review(9, 1);
  expect(newTo(thread(words, comment(60, 2), review(70, 3)), 70)).toEqual([words, review(70, 3)]);
});
