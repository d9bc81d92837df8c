import { expect, test } from "vitest";
import { tellRepository, watchRepository } from "../../src/jobs/repositories.ts";
import { looks, repositories } from "../../src/jobs/schema.ts";
import { createQueue, type Queue } from "./queue.ts";

const APP = { id: 9, owner: "ann", name: "app" };

interface Change {
  readonly repository?: typeof APP;
  readonly forge?: string;
  readonly seenAt: number;
}

function watch({ db }: Queue, change: Change) {
  db.write((tx) => watchRepository(tx, { forge: "gitea", repository: APP, ...change }));
  return db.orm.select().from(repositories).all();
}

function tell({ db }: Queue, change: Change): boolean {
  const seen = { forge: "gitea", repository: APP, ...change };
  return db.write((tx) => tellRepository(tx, seen, change.seenAt));
}

const waiting = ({ db }: Queue) => db.orm.select().from(looks).all();

test("a repository that is watched for the first time is watched from then on", () => {
  expect(watch(createQueue(), { seenAt: 500 })).toEqual([
    {
      forge: "gitea",
      repositoryId: 9,
      owner: "ann",
      name: "app",
      cursor: 500,
      validators: {},
      lookedAt: null,
      tries: 0,
      dueAt: 500,
      trouble: null,
      seenAt: 500,
    },
  ]);
});

test("one that is watched already keeps its cursor and its name", () => {
  const queue = createQueue();
  watch(queue, { seenAt: 500 });
  const repository = { ...APP, name: "new" };
  const known = { name: "app", cursor: 500, dueAt: 500 };
  expect(watch(queue, { seenAt: 900, repository })).toMatchObject([{ ...known, seenAt: 900 }]);
});

test("equal numbers on two forges are two repositories", () => {
  const queue = createQueue();
  watch(queue, { seenAt: 500 });
  expect(watch(queue, { seenAt: 900, forge: "other" })).toMatchObject([
    { forge: "gitea", cursor: 500 },
    { forge: "other", cursor: 900 },
  ]);
});

test("of a new one that a delivery tells of, and of a new name, the forge is asked", () => {
  const queue = createQueue();
  expect(tell(queue, { seenAt: 500 })).toBe(true);
  expect(queue.db.orm.select().from(repositories).all()).toEqual([]);
  const asked = { repositoryId: 9, name: "app", kind: "repository", createdAt: 500 };
  expect(waiting(queue)).toMatchObject([{ ...asked, dueAt: 500 }]);
  // What came since the first of them is looked for.
  expect(tell(queue, { seenAt: 700 })).toBe(true);
  expect(waiting(queue)).toMatchObject([{ ...asked, dueAt: 700 }]);
  watch(queue, { seenAt: 500 });
  expect(tell(queue, { seenAt: 900 })).toBe(false);
  expect(tell(queue, { seenAt: 900, repository: { ...APP, name: "new" } })).toBe(true);
  expect(waiting(queue)).toMatchObject([{ name: "new" }]);
  expect(queue.db.orm.select().from(repositories).all()).toMatchObject([
    { name: "app", cursor: 500, seenAt: 900 },
  ]);
});

test("of invented ones no more than a hundred wait, of each forge", () => {
  const queue = createQueue();
  for (let id = 1; id <= 150; id++) tell(queue, { seenAt: id, repository: { ...APP, id } });
  expect(waiting(queue)).toHaveLength(100);
  tell(queue, { seenAt: 200, forge: "other" });
  expect(waiting(queue)).toHaveLength(101);
});
