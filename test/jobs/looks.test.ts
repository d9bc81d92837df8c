import { expect, test } from "vitest";
import { addLook, type NewLook } from "../../src/jobs/looks.ts";
import { looks } from "../../src/jobs/schema.ts";
import { createQueue } from "./queue.ts";

const LOOK: NewLook = {
  forge: "gitea",
  repository: { id: 9, owner: "ann", name: "app" },
  issueNumber: 14,
  kind: "reviews",
};

test("what is to be looked at is noted once, and due again with each delivery that tells of it", () => {
  const { db } = createQueue();
  db.write((tx) => addLook(tx, LOOK, 500));
  db.write((tx) => tx.update(looks).set({ tries: 3, dueAt: 90_000 }).run());
  db.write((tx) => addLook(tx, LOOK, 700));
  db.write((tx) => addLook(tx, { ...LOOK, kind: "state" }, 800));
  db.write((tx) => addLook(tx, { ...LOOK, issueNumber: 15 }, 900));
  expect(db.orm.select().from(looks).orderBy(looks.createdAt).all()).toMatchObject([
    { issueNumber: 14, kind: "reviews", tries: 0, dueAt: 700, createdAt: 500 },
    { issueNumber: 14, kind: "state", dueAt: 800 },
    { issueNumber: 15, kind: "reviews", dueAt: 900 },
  ]);
});

test("only reviews that wait to be read are read from when the first of them was told", () => {
  const { db } = createQueue();
  for (const kind of ["state", "reviews", "words"] as const)
    for (const at of [500, 700]) db.write((tx) => addLook(tx, { ...LOOK, kind }, at));
  const since = db.orm.select().from(looks).orderBy(looks.kind).all();
  expect(since.map(({ kind, createdAt }) => [kind, createdAt])).toEqual([
    ["reviews", 500],
    ["state", 700],
    ["words", 700],
  ]);
});
