import { describe, expect, test } from "vitest";
import { AT, forgeAt, OLIVIA, type Part, person, REPO, user, WALTER } from "./published.ts";
import { type Exchange, replay } from "./replay.ts";

const AT_TIME = "2026-01-02T03:04:05Z";

function labelled(id: number, event: "labeled" | "unlabeled", name: string, actor = WALTER) {
  return {
    id,
    event,
    label: { name, color: "ffffff" },
    actor,
    created_at: AT_TIME,
  } satisfies Part<"labeled-issue-event">;
}

function assigned(
  id: number,
  event: "assigned" | "unassigned",
  assignee: typeof OLIVIA,
  assigner: typeof OLIVIA,
) {
  // As GitHub has told it: the assignee as the actor.
  return {
    id,
    event,
    actor: assignee,
    assignee,
    assigner,
    created_at: AT_TIME,
  } satisfies Part<"assigned-issue-event">;
}

function events(answer: readonly object[], page = 1, last?: number): Exchange {
  const headers = last === undefined ? {} : { link: `<https://x.test/?page=${last}>; rel="last"` };
  return { path: `${REPO}/issues/7/events?per_page=100&page=${page}`, headers, answer };
}

describe("the last labelling", () => {
  test("is that of the label alone, whatever its case", async () => {
    await using server = await replay([
      events([
        labelled(1, "labeled", "kugetsu", OLIVIA),
        labelled(2, "unlabeled", "Kugetsu"),
        labelled(3, "labeled", "bug"),
        { id: 4, event: "closed", actor: WALTER, created_at: AT_TIME },
      ]),
    ]);
    expect(await forgeAt(server).lastLabelling(AT, "KUGETSU")).toEqual({
      id: 2,
      isSet: false,
      actor: person(WALTER),
      at: "2026-01-02T03:04:05.000Z",
    });
  });

  test("is found from the end, and no further than needed", async () => {
    await using server = await replay([
      events([labelled(1, "labeled", "kugetsu", OLIVIA)], 1, 9),
      events([labelled(9, "labeled", "bug")], 9, 9),
      events([labelled(8, "labeled", "kugetsu", user("helper[bot]", 9, "Bot"))], 8, 9),
    ]);
    expect(await forgeAt(server).lastLabelling(AT, "kugetsu")).toMatchObject({
      id: 8,
      isSet: true,
      actor: { login: "helper[bot]" },
    });
    expect(server.asked).toHaveLength(3);
  });

  test("may have been a deleted account's", async () => {
    await using server = await replay([
      events([{ ...labelled(1, "labeled", "kugetsu"), actor: null }]),
    ]);
    expect(await forgeAt(server).lastLabelling(AT, "kugetsu")).toMatchObject({ actor: { id: -1 } });
  });

  test("is none where there was none", async () => {
    await using server = await replay([events([null as never, {}, labelled(1, "labeled", "bug")])]);
    expect(await forgeAt(server).lastLabelling(AT, "kugetsu")).toBeUndefined();
  });

  test("is not looked for without end", async () => {
    const pages = [1, 50, 49, 48, 47, 46].map((page) =>
      events([labelled(page, "labeled", "bug")], page, 50),
    );
    await using server = await replay(pages);
    expect(await forgeAt(server).lastLabelling(AT, "kugetsu")).toBeUndefined();
    expect(server.asked).toHaveLength(6);
  });
});

describe("the last assignment", () => {
  test("is by who assigned, not by who was assigned", async () => {
    await using server = await replay([
      events([assigned(1, "assigned", OLIVIA, WALTER), assigned(2, "assigned", WALTER, OLIVIA)]),
    ]);
    expect(await forgeAt(server).lastAssignment(AT, person(OLIVIA))).toMatchObject({
      id: 1,
      isSet: true,
      actor: person(WALTER),
    });
  });

  test("may have taken it away", async () => {
    await using server = await replay([
      events([assigned(1, "assigned", OLIVIA, WALTER), assigned(2, "unassigned", OLIVIA, WALTER)]),
    ]);
    expect(await forgeAt(server).lastAssignment(AT, person(OLIVIA))).toMatchObject({
      id: 2,
      isSet: false,
    });
  });

  test("is told by id, not by name", async () => {
    await using server = await replay([events([assigned(1, "assigned", OLIVIA, WALTER)])]);
    expect(await forgeAt(server).lastAssignment(AT, { id: 5, login: "olivia" })).toBeUndefined();
  });
});
