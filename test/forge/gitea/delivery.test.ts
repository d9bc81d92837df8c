import { describe, expect, test } from "vitest";
import type { IssueEvent, WordsEvent } from "../../../src/forge/event.ts";
import { deliveryId, readGiteaDelivery } from "../../../src/forge/gitea/delivery.ts";
import { capturedDeliveries, capturedDelivery } from "./captured.ts";

const OLIVIA = { id: 1, login: "olivia" };
const WALTER = { id: 2, login: "walter" };
const BOT = { id: 6, login: "kugetsu-bot" };

type Body = Record<string, Record<string, unknown>>;

function read(start: string) {
  const { headers, body } = capturedDelivery(start);
  return readGiteaDelivery(headers, JSON.parse(body));
}

/** A real comment's body, changed; and whether it is read as words, as something else, or not at all. */
function kindOf(change: (body: Body) => void, type = "issue_comment"): string | undefined {
  const body = JSON.parse(capturedDelivery("025").body) as Body;
  change(body);
  return readGiteaDelivery(new Headers({ "X-Gitea-Event-Type": type }), body)?.kind;
}

/** What became of an issue or a pull request, in short. */
function became(action: IssueEvent["action"], number: number, more: Partial<IssueEvent["issue"]>) {
  return { kind: "issue", action, issue: { number, ...more } };
}

const other = (name: string) => ({ kind: "other", name, repository: { id: 1 } });
const said = (id: number, number: number, action = "created") => ({
  kind: "words",
  place: "comment",
  action,
  words: { id },
  issue: { number },
});

/** Every captured delivery, by its number. */
const EVENTS: Readonly<Record<string, object>> = {
  "001": other("push"),
  "002": became("opened", 1, { labels: [], assignees: [], isPullRequest: false }),
  "003": became("edited", 1, { body: "The total of an empty basket is `NaN`, it should be 0." }),
  "004": became("edited", 1, { title: "Total of an empty basket is NaN" }),
  "005": became("labels_changed", 1, { labels: ["kugetsu"] }),
  "006": became("labels_changed", 1, { labels: ["bug", "kugetsu"] }),
  "007": became("labels_changed", 1, { labels: ["bug"] }),
  "008": became("labels_changed", 1, { labels: [] }),
  "009": became("assigned", 1, { assignees: [BOT] }),
  "010": became("unassigned", 1, { assignees: [] }),
  "011": became("opened", 2, { author: WALTER }),
  "012": said(8, 1),
  "013": said(9, 1),
  "014": said(10, 1),
  "015": said(11, 1),
  "016": said(12, 1),
  "017": said(13, 1),
  "018": said(14, 1),
  "019": said(15, 1),
  "020": said(16, 1),
  "021": said(17, 1),
  "022": said(18, 1),
  "023": said(19, 1),
  "024": said(19, 1, "edited"),
  "025": said(8, 1, "edited"),
  "026": said(8, 1, "edited"),
  "027": said(20, 1),
  "028": other("push"),
  "029": became("opened", 3, { isPullRequest: true, author: BOT }),
  "030": other("push"),
  "031": became("opened", 4, { isPullRequest: true }),
  "032": became("edited", 3, { isPullRequest: true }),
  "033": other("push"),
  "034": other("pull_request_sync"),
  "035": said(25, 3),
  "036": { kind: "review", issueNumber: 3, actor: WALTER },
  "037": { kind: "review", issueNumber: 3, actor: OLIVIA },
  "038": { kind: "review", issueNumber: 3, actor: { login: "adam" } },
  "039": became("labels_changed", 3, { isPullRequest: true, labels: ["kugetsu"] }),
  "040": became("assigned", 3, { isPullRequest: true, assignees: [BOT] }),
  "041": other("pull_request_review_request"),
  "042": became("closed", 3, { isPullRequest: true, merged: true }),
  "043": became("closed", 1, { isPullRequest: false, merged: false }),
  "044": other("push"),
  "045": became("opened", 5, { isPullRequest: true }),
  "046": said(37, 5),
  "047": became("closed", 5, { isPullRequest: true, merged: false }),
  "048": became("reopened", 5, { isPullRequest: true }),
  "049": became("reopened", 1, {}),
  "050": said(42, 1),
  "051": { kind: "words_gone", place: "comment", issueNumber: 1, id: 8, actor: OLIVIA },
  "052": became("deleted", 1, {}),
  "053": became("opened", 1, { author: WALTER }),
  "054": said(44, 1),
  "056": said(45, 1),
  "057": said(46, 1),
  "058": said(47, 1),
  "059": became("opened", 6, {}),
  "060": became("opened", 7, {}),
  "061": became("opened", 7, {}),
};

describe("a captured delivery", () => {
  test.each(
    capturedDeliveries()
      // That one is a form, which nobody reads.
      .filter(({ file }) => !file.startsWith("055"))
      .map((one) => [one.file, one] as const),
  )("%s", (file, { headers, body }) => {
    expect(readGiteaDelivery(headers, JSON.parse(body))).toMatchObject(
      EVENTS[file.slice(0, 3)] ?? { kind: "unknown" },
    );
    expect(deliveryId(headers)).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each<[string, Partial<WordsEvent["words"]>, WordsEvent["actor"]]>([
    ["012", { id: 8, body: "/kugetsu fix", author: OLIVIA }, OLIVIA],
    ["013", { id: 9, body: "/kugetsu fix and add a test\nKeep it small.", author: WALTER }, WALTER],
    ["014", { id: 10, body: "/kugetsu fix please" }, { id: 3, login: "rita" }],
    ["015", { id: 11, body: "/kugetsu fix now" }, { id: 4, login: "nora" }],
    ["016", { id: 12, body: "/kugetsu status" }, { id: 5, login: "adam" }],
    ["019", { body: "First line\r\n/kugetsu continue with CRLF\r\nlast line\r\n" }, OLIVIA],
    ["023", { id: 19, author: BOT, previousBody: undefined }, BOT],
    ["025", { id: 8, body: "/kugetsu fix with care", previousBody: "/kugetsu fix" }, OLIVIA],
    [
      "026",
      {
        id: 8,
        body: "/kugetsu fix edited by an admin",
        previousBody: "/kugetsu fix with care",
        author: OLIVIA,
        updatedAt: "2026-11-22T17:21:05.000Z",
      },
      { id: 5, login: "adam" },
    ],
    ["035", { id: 25, body: "/kugetsu continue use a for loop" }, WALTER],
    ["054", { id: 44, body: "/kugetsu fix", author: WALTER }, WALTER],
  ])("%s says who wrote what", (start, words, actor) => {
    expect(read(start)).toMatchObject({ kind: "words", words, actor });
  });

  test("of a long comment keeps every character", () => {
    expect(read("022")).toMatchObject({
      words: { body: expect.toSatisfy((body: string) => body.length === 55_013) as string },
    });
  });
});

test("a comment on an issue is read whole", () => {
  expect(read("012")).toEqual({
    kind: "words",
    place: "comment",
    action: "created",
    repository: { id: 1, owner: "olivia", name: "shop" },
    issue: {
      number: 1,
      title: "Total of an empty basket is NaN",
      body: "The total of an empty basket is `NaN`, it should be 0.",
      isPullRequest: false,
    },
    words: {
      id: 8,
      body: "/kugetsu fix",
      previousBody: undefined,
      author: OLIVIA,
      updatedAt: "2026-11-22T17:20:21.000Z",
    },
    actor: OLIVIA,
  });
});

test("a comment on a pull request has the pull request's number and title", () => {
  expect(read("035")).toMatchObject({
    repository: { id: 1, owner: "olivia", name: "shop" },
    issue: { number: 3, title: "Total of an empty basket is 0", isPullRequest: true },
  });
});

test("a comment in an organisation's repository names the organisation as owner", () => {
  expect(read("054")).toMatchObject({ repository: { owner: "acme", name: "api" } });
});

describe("the event's type", () => {
  const { body } = capturedDelivery("035");
  const event = (headers: Record<string, string>) =>
    readGiteaDelivery(new Headers(headers), JSON.parse(body))?.kind;

  test("is Forgejo's where Gitea's is missing", () => {
    expect(event({ "X-Forgejo-Event-Type": "pull_request_comment" })).toBe("words");
  });
  test("is the event of an old server, whose `pull_request_comment` is a review", () => {
    expect(event({ "X-Gitea-Event": "issue_comment" })).toBe("words");
    expect(event({ "X-Gitea-Event": "pull_request_comment" })).toBe("review");
  });
  test("wins over the event, which misleads", () => {
    expect(
      event({
        "X-Gitea-Event": "issue_comment",
        "X-Gitea-Event-Type": "pull_request_review_comment",
      }),
    ).toBe("review");
  });
  test.each<[string, Record<string, string>]>([
    ["missing", {}],
    ["only GitHub's", { "X-GitHub-Event": "issue_comment" }],
    ["no word", { "X-Gitea-Event-Type": "<script>" }],
    ["twice there", { "X-Gitea-Event-Type": "issue_comment, push" }],
    ["too long", { "X-Gitea-Event-Type": "x".repeat(65) }],
  ])("is not understood when %s", (_, headers) => {
    expect(event(headers)).toBeUndefined();
  });
});

describe("a hostile body", () => {
  const deep: unknown = JSON.parse("[".repeat(5000) + "]".repeat(5000));

  test.each<[string, unknown]>([
    ["null", null],
    ["a list", []],
    ["a text", "x"],
    ["a number", 1],
    ["nothing", undefined],
    ["an empty object", {}],
    ["deep nesting", deep],
    ["deep nesting inside", { action: "created", issue: deep, comment: deep, sender: deep }],
    ["everything behind __proto__", JSON.parse(`{"__proto__": ${capturedDelivery("012").body}}`)],
  ])("is not understood: %s", (_, body) => {
    expect(
      readGiteaDelivery(new Headers({ "X-Gitea-Event-Type": "issue_comment" }), body),
    ).toBeUndefined();
  });

  test.each<[string, (body: Body) => void]>([
    ["no action", (body) => delete body["action"]],
    ["an action that is a list", (body) => Object.assign(body, { action: ["created"] })],
    ["no issue", (body) => delete body["issue"]],
    ["a list as issue", (body) => Object.assign(body, { issue: [] })],
    ["issue number as text", (body) => Object.assign(body["issue"] ?? {}, { number: "1" })],
    ["issue number 0", (body) => Object.assign(body["issue"] ?? {}, { number: 0 })],
    ["half an issue number", (body) => Object.assign(body["issue"] ?? {}, { number: 1.5 })],
    ["huge issue number", (body) => Object.assign(body["issue"] ?? {}, { number: 1e308 })],
    ["unsafe issue number", (body) => Object.assign(body["issue"] ?? {}, { number: 2 ** 53 })],
    ["title as number", (body) => Object.assign(body["issue"] ?? {}, { title: 5 })],
    ["body as object", (body) => Object.assign(body["issue"] ?? {}, { body: {} })],
    ["no comment", (body) => Object.assign(body, { comment: null })],
    ["negative comment id", (body) => Object.assign(body["comment"] ?? {}, { id: -5 })],
    ["comment without words", (body) => Object.assign(body["comment"] ?? {}, { body: null })],
    ["comment without author", (body) => Object.assign(body["comment"] ?? {}, { user: null })],
    ["no date", (body) => Object.assign(body["comment"] ?? {}, { updated_at: "yesterday" })],
    [
      "an impossible date",
      (body) => Object.assign(body["comment"] ?? {}, { updated_at: "2026-99-99T99:99:99Z" }),
    ],
    ["no sender", (body) => Object.assign(body, { sender: null })],
    ["sender without id", (body) => Object.assign(body, { sender: { login: "olivia" } })],
    [
      "sender with a path",
      (body) => Object.assign(body, { sender: { id: 1, login: "../olivia" } }),
    ],
    [
      "a look-alike's letters",
      (body) => Object.assign(body, { sender: { id: 1, login: "οlivia" } }),
    ],
    ["owner as text", (body) => Object.assign(body["repository"] ?? {}, { owner: "olivia" })],
    [
      "repository with a path",
      (body) => Object.assign(body["repository"] ?? {}, { name: "a/../b" }),
    ],
    [
      "repository with a query",
      (body) => Object.assign(body["repository"] ?? {}, { name: "shop?x=1" }),
    ],
    ["repository without id", (body) => Object.assign(body["repository"] ?? {}, { id: null })],
  ])("is not understood: %s", (_, change) => {
    expect(kindOf(change)).toBeUndefined();
  });

  test.each<[string, (body: Body) => void]>([
    ["an unknown action", (body) => Object.assign(body, { action: "pinned" })],
    [
      "Gitea's Actions as sender",
      (body) => Object.assign(body, { sender: { id: -2, login: "gitea-actions" } }),
    ],
    [
      "a deleted author",
      (body) => Object.assign(body["comment"] ?? {}, { user: { id: -1, login: "Ghost" } }),
    ],
  ])("is something else: %s", (_, change) => {
    expect(kindOf(change)).toBe("other");
  });

  test("is still a comment without what may be missing", () => {
    expect(kindOf((body) => delete body["changes"])).toBe("words");
    expect(kindOf((body) => Object.assign(body["issue"] ?? {}, { body: null }))).toBe("words");
    expect(kindOf((body) => Object.assign(body, { changes: { body: null } }))).toBe("words");
  });

  test("has its texts cut, never into half a character", () => {
    const body = JSON.parse(capturedDelivery("012").body) as Body;
    Object.assign(body["issue"] ?? {}, { title: "t".repeat(5000) });
    Object.assign(body["comment"] ?? {}, { body: `${"x".repeat(999_999)}😀` });
    const event = readGiteaDelivery(new Headers({ "X-Gitea-Event-Type": "issue_comment" }), body);
    if (event?.kind !== "words") throw new Error("no words");
    expect(event.issue.title).toHaveLength(1000);
    expect(event.words.body).toHaveLength(1_000_000);
    expect(event.words.body.isWellFormed()).toBe(true);
  });
});

const kindOfIssue = (change: (body: Body) => void, start = "005") => {
  const { headers, body } = capturedDelivery(start);
  const changed = JSON.parse(body) as Body;
  change(changed);
  return readGiteaDelivery(headers, changed)?.kind;
};

describe("what becomes of an issue", () => {
  test.each<[string, (body: Body) => void, string?]>([
    ["no issue", (body) => delete body["issue"]],
    ["an issue without author", (body) => Object.assign(body["issue"] ?? {}, { user: null })],
    ["an issue without dates", (body) => Object.assign(body["issue"] ?? {}, { created_at: 5 })],
    ["no sender", (body) => Object.assign(body, { sender: null })],
    ["an action that is no word", (body) => Object.assign(body, { action: {} })],
    ["a review without pull request", (body) => delete body["pull_request"], "036"],
    ["a review without sender", (body) => delete body["sender"], "036"],
    ["a deleted comment without id", (body) => Object.assign(body, { comment: {} }), "051"],
    ["a deleted comment without issue", (body) => Object.assign(body, { issue: null }), "051"],
  ])("is not understood: %s", (_, change, start) => {
    expect(kindOfIssue(change, start)).toBeUndefined();
  });

  test("is something else where nothing is done with it", () => {
    expect(kindOfIssue((body) => Object.assign(body, { action: "milestoned" }))).toBe("other");
    expect(kindOfIssue((body) => Object.assign(body, { action: "constructor" }))).toBe("other");
  });

  test("leaves out labels and assignees that are none", () => {
    const { headers, body } = capturedDelivery("005");
    const changed = JSON.parse(body) as Body;
    Object.assign(changed["issue"] ?? {}, {
      labels: [null, { name: 5 }, { name: "kugetsu" }, "x"],
      assignees: { id: 6 },
    });
    expect(readGiteaDelivery(headers, changed)).toMatchObject({
      issue: { labels: ["kugetsu"], assignees: [] },
    });
  });

  test("tells the text before an edit, and of an edited title that the text stayed", () => {
    const now = "The total of an empty basket is `NaN`, it should be 0.";
    expect(read("003")).toMatchObject({
      issue: { body: now },
      previousBody: expect.stringContaining("total([]) // NaN") as string,
    });
    expect(read("004")).toMatchObject({ issue: { body: now }, previousBody: now });
    expect(read("002")).toMatchObject({ previousBody: undefined });
  });
});

test("the same moment is the same text in every zone", () => {
  const body = JSON.parse(capturedDelivery("012").body) as Body;
  Object.assign(body["comment"] ?? {}, { updated_at: "2026-11-22T19:20:21+02:00" });
  expect(
    readGiteaDelivery(new Headers({ "X-Gitea-Event-Type": "issue_comment" }), body),
  ).toMatchObject({ words: { updatedAt: "2026-11-22T17:20:21.000Z" } });
});

describe("a delivery's id", () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    ["is Gitea's", { "X-Gitea-Delivery": "a-1", "X-GitHub-Delivery": "b-2" }, "a-1"],
    ["is Forgejo's", { "X-Forgejo-Delivery": "a-1" }, "a-1"],
    ["is GitHub's, where only that is there", { "X-GitHub-Delivery": "b-2" }, "b-2"],
    ["may be missing", {}, undefined],
    ["is not empty", { "X-Gitea-Delivery": "" }, undefined],
    ["is not longer than 100", { "X-Gitea-Delivery": "a".repeat(101) }, undefined],
    ["has no odd characters", { "X-Gitea-Delivery": "a b" }, undefined],
    ["is one", { "X-Gitea-Delivery": "a, b" }, undefined],
  ])("%s", (_, headers, id) => {
    expect(deliveryId(new Headers(headers))).toBe(id);
  });
});
