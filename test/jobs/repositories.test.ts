import { expect, test } from "vitest";
import { seeRepository } from "../../src/jobs/repositories.ts";
import { repositories } from "../../src/jobs/schema.ts";
import { createQueue } from "./queue.ts";

const APP = { id: 9, owner: "ann", name: "app" };

function see(change: { repository?: typeof APP; forge?: string; seenAt: number }, { db } = queue) {
  db.write((tx) => seeRepository(tx, { forge: "gitea", repository: APP, ...change }));
  return db.orm.select().from(repositories).all();
}

let queue: ReturnType<typeof createQueue>;

test("a repository that is seen for the first time is watched from then on", () => {
  queue = createQueue();
  expect(see({ seenAt: 500 })).toEqual([
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

test("a repository that is seen again keeps its cursor and its name: of another name the forge is asked", () => {
  queue = createQueue();
  const { db } = queue;
  see({ seenAt: 500 });
  const known = { owner: "ann", name: "app", cursor: 500, dueAt: 500 };
  const told = { ...APP, owner: "bob", name: "new" };
  expect(see({ seenAt: 900, repository: told })).toMatchObject([{ ...known, seenAt: 900 }]);
  expect(see({ seenAt: 800 })).toMatchObject([{ ...known, seenAt: 900 }]);
  const isNew = (repository: typeof APP) =>
    db.write((tx) => seeRepository(tx, { forge: "gitea", repository, seenAt: 950 }));
  expect([isNew(APP), isNew(told), isNew({ ...APP, id: 10 })]).toEqual([false, true, false]);
});

test("equal numbers on two forges are two repositories", () => {
  queue = createQueue();
  see({ seenAt: 500 });
  expect(see({ seenAt: 900, forge: "other" })).toMatchObject([
    { forge: "gitea", cursor: 500 },
    { forge: "other", cursor: 900 },
  ]);
});
