import { createGitea } from "../../src/forge/gitea.ts";
import type { Forge } from "../../src/forge/forge.ts";
import { KugetsuError } from "../../src/kugetsu/errors.ts";
import type { ForgeUnderTest, Role } from "../support/forge-under-test.ts";

/** Questions to the adapter, each with what became of it, in words that are the same for every server. */
export type Facts = Readonly<Record<string, unknown>>;

const START = "2020-01-01T00:00:00Z";
const ROLES: readonly Role[] = ["owner", "writer", "reader", "outsider", "bot"];
const UNITS = ["repo.code", "repo.issues", "repo.pulls"];

const units = (access: "read" | "write") => Object.fromEntries(UNITS.map((unit) => [unit, access]));

function place(repository: string) {
  const [owner = "", name = ""] = repository.split("/");
  return { owner, name };
}

function draft(head: string, base = "main") {
  return { title: `Of ${head}`, body: "Fixes.", head, base };
}

/** Sets up the same on any server and asks the adapter all that the bot ever asks. */
export async function factsOf(forge: ForgeUnderTest): Promise<Facts> {
  const gitea = createGitea({ url: forge.url, token: forge.token });
  const { owner, writer, reader, outsider, bot } = forge.people;
  const facts: Record<string, unknown> = {};
  const plain = plainOf(forge);
  const note = async (question: string, asked: () => Promise<unknown>) => {
    facts[question] = plain(await outcome(asked));
  };

  const shop = await forge.addRepository(owner, "shop", {
    files: { "README.md": "# shop\n" },
    collaborators: { [writer]: "write", [reader]: "read", [bot]: "write" },
  });
  const elsewhere = await forge.addRepository(owner, "vault", {
    private: true,
    files: { a: "a\n" },
  });
  const bare = await forge.addRepository(owner, "bare", { collaborators: { [bot]: "write" } });
  const at = place(shop);
  const { id: shopId } = await gitea.repository(at.owner, at.name);

  await note("self", () => gitea.self());
  await note("ping", () => gitea.ping());
  await note("a repository", () => gitea.repository(at.owner, at.name));
  await note("an empty repository", () => gitea.repository(owner, "bare"));
  await note("a repository that is not there", () => gitea.repository(owner, "nothing"));
  await note("another's private repository", () => gitea.repository(owner, "vault"));
  await note("a branch of an empty repository", () => gitea.branch(owner, "bare", "main"));
  await note("a pull request of an empty one", () => gitea.pullRequest(owner, "bare", "fix/a"));
  await note("what is new in an empty one", async () =>
    changesOf(gitea, { ...place(bare), id: 1 }),
  );

  const issue = await forge.createIssue(shop, { by: writer, title: "Broken", body: "Badly." });
  const thread = { ...at, number: issue };
  await note("an issue", () => gitea.issue(thread));
  await note("an issue without a body", async () => {
    const number = await forge.createIssue(shop, { by: reader, title: "No words" });
    return gitea.issue({ ...at, number });
  });
  await note("an issue that is not there", () => gitea.issue({ ...at, number: 999 }));
  await note("no comments", () => gitea.comments(thread));
  const said = await forge.comment(shop, issue, { by: reader, body: "Look\r\nhere. @nobody" });
  await note("a comment", () => gitea.comment(at.owner, at.name, said));
  await note("comments", () => gitea.comments(thread));
  await note("comments of what is not there", () => gitea.comments({ ...at, number: 999 }));
  await note("a comment that is not there", () => gitea.comment(at.owner, at.name, 99_999_999));
  await note("a comment by another repository", () => gitea.comment(owner, "bare", said));
  await note("a comment by another's private one", () => gitea.comment(owner, "vault", said));

  const botPerson = await gitea.self();
  const settings = async () => ({
    label: await gitea.lastLabelling(thread, "kugetsu"),
    assignment: await gitea.lastAssignment(thread, botPerson),
  });
  await note("never labelled or assigned", settings);
  await forge.label(shop, issue, { by: writer, name: "bug" });
  await forge.label(shop, issue, { by: owner, name: "kugetsu" });
  await forge.assign(shop, issue, { by: writer, assignee: bot });
  await note("labelled and assigned", settings);
  await note("an issue with labels and an assignee", () => gitea.issue(thread));
  await forge.unlabel(shop, issue, { by: writer, name: "kugetsu" });
  await forge.unassign(shop, issue, owner);
  await note("label and assignment taken away", settings);

  await note("a reaction", () => gitea.react(thread, { place: "comment", id: said }, "eyes"));
  await note("it again", () => gitea.react(thread, { place: "comment", id: said }, "eyes"));
  await note("a reaction to an issue", () => gitea.react(thread, { place: "issue" }, "-1"));
  await note("a reaction to nothing", () =>
    gitea.react(thread, { place: "comment", id: 99_999_999 }, "eyes"),
  );
  await note("a reaction to no issue", () =>
    gitea.react({ ...at, number: 999 }, { place: "issue" }, "eyes"),
  );
  facts["the reactions"] = await forge.reactions(shop, issue, said, bot);

  const words: Record<string, number> = {};
  await note("a comment of the bot's", async () => {
    words["own"] = await gitea.createComment(thread, "Words.");
    return "made";
  });
  await note("an edit of it", () =>
    gitea.editComment(at.owner, at.name, words["own"] ?? 0, "More."),
  );
  await note("an edit of another's", () => gitea.editComment(at.owner, at.name, said, "Mine."));
  await note("an edit of nothing", () => gitea.editComment(at.owner, at.name, 99_999_999, "x"));
  await note("a comment on nothing", () => gitea.createComment({ ...at, number: 999 }, "x"));
  await note("an empty comment", () => gitea.createComment(thread, ""));
  await note("a comment in another's private one", () =>
    gitea.createComment({ ...place(elsewhere), number: 1 }, "x"),
  );
  await note("a comment of 70,000 characters", async () => {
    await gitea.createComment(thread, "x".repeat(70_000));
  });
  await forge.setIssueState(shop, issue, "closed");
  await note("a closed issue", () => gitea.issue(thread));
  await note("a comment on it", async () => {
    await gitea.createComment(thread, "Late.");
  });
  await forge.lock(shop, issue);
  await note("a comment on a locked issue", async () => {
    await gitea.createComment(thread, "Locked.");
  });
  await note("a reaction on a locked issue", () =>
    gitea.react(thread, { place: "comment", id: said }, "rocket"),
  );

  const lawn = await forge.addRepository(owner, "lawn", {
    files: { a: "a\n" },
    collaborators: { [bot]: "read" },
  });
  const locked = await forge.createIssue(lawn, { by: owner, title: "Locked" });
  const onLawn = await forge.comment(lawn, locked, { by: owner, body: "Said." });
  await forge.lock(lawn, locked);
  const lawnAt = { ...place(lawn), number: locked };
  await note("without write: a comment on a locked issue", () => gitea.createComment(lawnAt, "x"));
  await note("without write: a reaction on a locked issue", () =>
    gitea.react(lawnAt, { place: "comment", id: onLawn }, "eyes"),
  );
  await note("without write: an edit of another's", () =>
    gitea.editComment(lawnAt.owner, lawnAt.name, onLawn, "x"),
  );

  const attic = await forge.addRepository(owner, "attic", {
    files: { a: "a\n" },
    collaborators: { [bot]: "write" },
  });
  const old = await forge.createIssue(attic, { by: owner, title: "Old" });
  const oldWords = await forge.comment(attic, old, { by: owner, body: "Old words." });
  const atticAt = { ...place(attic), number: old };
  const oldOwn = await gitea.createComment(atticAt, "Own words.");
  await forge.archive(attic);
  await note("an archived repository", () => gitea.repository(owner, "attic"));
  await note("its issue", () => gitea.issue(atticAt));
  await note("its comment", () => gitea.comment(owner, "attic", oldWords));
  await note("a comment there", () => gitea.createComment(atticAt, "x"));
  await note("an edit there", () => gitea.editComment(owner, "attic", oldOwn, "x"));
  await note("a reaction there", () =>
    gitea.react(atticAt, { place: "comment", id: oldWords }, "eyes"),
  );
  await note("a pull request there", () =>
    gitea.createPullRequest(owner, "attic", { title: "x", body: "", head: "y", base: "main" }),
  );

  await pullFacts(forge, gitea, shop, note);
  await note("what is new", async () => changesOf(gitea, { ...at, id: shopId }));

  await accountFacts(forge, shop, issue, note);
  await movedFacts(forge, gitea, note);

  await note("permissions in a personal repository", () => permissionsOf(forge, gitea, shop));
  await note("who is named", async () => namesOf(forge, gitea, { ...at, id: shopId }, []));
  for (const [name, owners, writers, alone] of [
    ["acme", [owner], [writer], true],
    ["bolt", [owner], [writer, bot], false],
    ["core", [owner, bot], [writer], false],
  ] as const) {
    const organization = await forge.addOrganization(name, owners);
    const team = async (title: string, members: readonly string[], unitsMap = units("read")) =>
      forge.addTeam(organization, { name: title, unitsMap, members });
    await team("writers", writers, units("write"));
    await team("readers", [reader]);
    if (name === "core")
      await team("triage", [outsider], { ...units("read"), "repo.issues": "write" });
    if (alone)
      await forge.addTeam(organization, { name: "bots", permission: "admin", members: [bot] });
    const api = await forge.addRepository(organization, "api", { files: { a: "a\n" } });
    const repository = await gitea.repository(organization, "api");
    await note(`${name}: the repository`, async () => repository);
    await note(`${name}: permissions`, () => permissionsOf(forge, gitea, api));
    const { url, token, adminToken: permissionToken } = forge;
    const told = createGitea({ url, token, permissionToken });
    await note(`${name}: permissions by an admin's token`, () => permissionsOf(forge, told, api));
    await note(`${name}: whether editors may push`, () => gitea.editorsMayPush(repository));
    await note(`${name}: who is named`, () =>
      namesOf(forge, gitea, repository, [organization, `${organization}/writers`]),
    );
  }
  return facts;
}

type Note = (question: string, asked: () => Promise<unknown>) => Promise<void>;

/** What the bot is told whose token is not as it should be. */
async function accountFacts(forge: ForgeUnderTest, shop: string, issue: number, note: Note) {
  const { url, people } = forge;
  const at = { ...place(shop), number: issue };
  const ask = async (who: string, token: string) => {
    const gitea = createGitea({ url, token });
    await note(`${who}: ping`, () => gitea.ping());
    await note(`${who}: self`, () => gitea.self());
    await note(`${who}: a repository`, () => gitea.repository(at.owner, at.name));
    await note(`${who}: an issue`, () => gitea.issue(at));
    await note(`${who}: reviews`, () => gitea.reviews(at, START));
    await note(`${who}: a comment`, () => gitea.createComment(at, ""));
    await note(`${who}: a reaction`, () => gitea.react(at, { place: "issue" }, "eyes"));
    await note(`${who}: a pull request`, () =>
      gitea.createPullRequest(at.owner, at.name, draft("none")),
    );
    await note(`${who}: permissions`, async () => {
      const repository = { ...(await createGitea(forge).repository(at.owner, at.name)) };
      const author = (await createGitea(forge).issue(at)).author;
      return (await gitea.permission(repository, author)).level;
    });
  };
  await ask("a bad token", "0".repeat(40));
  await ask("a token to read", await forge.tokenOf(people.bot, ["read:issue", "read:repository"]));
  await ask("a token of issues", await forge.tokenOf(people.bot, ["write:issue", "read:user"]));
  await ask("a public one", await forge.tokenOf(people.bot, ["public-only", "all"]));
  const fresh = await forge.addPerson("fresh-bot", { mustChangePassword: true });
  await ask("a new account", fresh.token);
}

/** What answers under the old name after a rename, and after a change of the owner. */
async function movedFacts(forge: ForgeUnderTest, gitea: Forge, note: Note) {
  const { owner, writer, bot } = forge.people;
  const before = await forge.addRepository(owner, "cellar", {
    files: { a: "a\n" },
    collaborators: { [bot]: "write", [writer]: "write" },
  });
  const number = await forge.createIssue(before, { by: owner, title: "Dark" });
  const id = await forge.comment(before, number, { by: owner, body: "Very." });
  const own = await gitea.createComment({ ...place(before), number }, "Mine.");
  const ask = async (when: string, name: string) => {
    const at = { ...place(name), number };
    await note(`${when}: the repository`, () => gitea.repository(at.owner, at.name));
    await note(`${when}: the issue`, () => gitea.issue(at));
    await note(`${when}: the comment`, () => gitea.comment(at.owner, at.name, id));
    await note(`${when}: the comments`, () => gitea.comments(at));
    await note(`${when}: an edit`, () => gitea.editComment(at.owner, at.name, own, when));
    await note(`${when}: a reaction`, () => gitea.react(at, { place: "comment", id }, "eyes"));
    await note(`${when}: a new comment`, async () => {
      await gitea.createComment(at, when);
    });
    await note(
      `${when}: a branch`,
      async () => typeof (await gitea.branch(at.owner, at.name, "main")),
    );
    await note(`${when}: a pull request`, () => gitea.pullRequest(at.owner, at.name, "main"));
  };
  const renamed = await forge.rename(before, "vaults");
  await ask("under the old name", before);
  await ask("under the new name", renamed);
  const given = await forge.transfer(renamed, writer);
  await ask("under the old owner", renamed);
  await ask("under the new owner", given);
  await ask("under the first name", before);
}

async function pullFacts(
  forge: ForgeUnderTest,
  gitea: Forge,
  shop: string,
  note: Note,
): Promise<void> {
  const { owner, writer, reader, outsider, bot } = forge.people;
  const [by = "", name = ""] = shop.split("/");
  const files = { "sum.js": "1\n2\n3\n" };
  await forge.commit(shop, "fix/issue-1", { by: writer, files });
  await note("a branch", async () => typeof (await gitea.branch(by, name, "fix/issue-1")));
  await note("a branch that is not there", () => gitea.branch(by, name, "fix/issue-2"));
  await note("a branch with odd letters", () => gitea.branch(by, name, "fix/#1 50% ü"));
  await note("no pull request of it", () => gitea.pullRequest(by, name, "fix/issue-1"));
  await note("a pull request of no branch", () =>
    gitea.createPullRequest(by, name, draft("fix/none")),
  );
  await note("a pull request to no branch", () =>
    gitea.createPullRequest(by, name, draft("fix/issue-1", "none")),
  );
  await note("a pull request to itself", () => gitea.createPullRequest(by, name, draft("main")));
  const made = await gitea.createPullRequest(by, name, draft("fix/issue-1"));
  const { number } = made;
  const at = { owner: by, name, number };
  await note("a pull request", async () => made);
  await note("it once more", () => gitea.createPullRequest(by, name, draft("fix/issue-1")));
  await note("it by its branch", () => gitea.pullRequest(by, name, "fix/issue-1"));
  await note("it by its number", () => gitea.pullRequestAt(at));
  await note("it as an issue", () => gitea.issue(at));
  await note("an issue as a pull request", () => gitea.pullRequestAt({ ...at, number: 1 }));
  await note("nothing as a pull request", () => gitea.pullRequestAt({ ...at, number: 999 }));
  for (const [role, login] of [
    ["owner", owner],
    ["owner again", owner],
    ["writer", writer],
    ["reader", reader],
    ["outsider", outsider],
    ["bot, its author", bot],
    ["nobody", "nobody-at-all"],
  ] as const) {
    await note(`a review by the ${role}`, () => gitea.requestReview(by, name, number, login));
  }
  await note("a review of nothing", () => gitea.requestReview(by, name, 999, owner));
  await note("whose reviews are asked for", async () => {
    const { reviewers } = (await gitea.pullRequestAt(at)) ?? { reviewers: [] };
    return { reviewers };
  });

  const review = await forge.review(shop, number, {
    by: owner,
    state: "changes_requested",
    body: "/kugetsu fix",
    comments: [
      { path: "sum.js", line: 2, body: "Why?" },
      { path: "sum.js", line: 3, body: "Also." },
    ],
  });
  const [line = 0] = review.comments;
  await note("the reviews", () => gitea.reviews(at, START));
  await note("a review", () => gitea.reviewWords(at, "review", review.id));
  await note("a line", () => gitea.reviewWords(at, "review_comment", line));
  await note("a line as a comment", () => gitea.comment(by, name, line));
  await note("a review that is not there", () => gitea.reviewWords(at, "review", 99_999_999));
  await note("a line that is not there", () => gitea.reviewWords(at, "review_comment", 99_999_999));
  await note("reviews of an issue", () => gitea.reviews({ ...at, number: 1 }, START));
  await note("a review by an issue", () =>
    gitea.reviewWords({ ...at, number: 1 }, "review", review.id),
  );
  await note("a reaction to a line", () =>
    gitea.react(at, { place: "review_comment", id: line }, "eyes"),
  );
  await note("a reaction to a review", () =>
    gitea.react(at, { place: "review", id: review.id }, "eyes"),
  );
  await note("the comments of a reviewed one", () => gitea.comments(at));
  const approval = await forge.review(shop, number, { by: owner, state: "approved" });
  await note("an approval without words", () => gitea.reviewWords(at, "review", approval.id));

  await forge.commit(shop, "same", { by: writer, files: { "same.txt": "same\n" } });
  await note("a pull request of the writer's", async () => {
    const theirs = await forge.openPull(shop, { by: writer, title: "Same", head: "same" });
    return gitea.pullRequestAt({ ...at, number: theirs });
  });
  const fork = await forge.fork(shop, outsider);
  await forge.commit(fork, "fix/issue-7", { by: outsider, files: { "theirs.txt": "x\n" } });
  const from = await forge.openPull(shop, {
    by: outsider,
    title: "From outside",
    head: `${outsider}:fix/issue-7`,
  });
  await note("a fork's", () => gitea.pullRequestAt({ ...at, number: from }));
  await note("a fork's by its branch", () => gitea.pullRequest(by, name, "fix/issue-7"));

  await forge.merge(shop, number, owner);
  await note("a merged one", () => gitea.pullRequestAt(at));
  await forge.deleteBranch(shop, "fix/issue-1");
  await note("a merged one without its branch", () => gitea.pullRequest(by, name, "fix/issue-1"));
  await note("a review of a merged one", () => gitea.requestReview(by, name, number, writer));
  await forge.setIssueState(shop, from, "closed");
  await note("a closed one", () => gitea.pullRequestAt({ ...at, number: from }));
}

async function changesOf(gitea: Forge, repository: { id: number; owner: string; name: string }) {
  const first = await gitea.changes(repository, START, {});
  const again = await gitea.changes(repository, START, first.validators);
  const later = await gitea.changes(repository, "2038-01-01T00:00:00Z", {});
  const kept = await gitea.changes(repository, "2038-01-01T00:00:00Z", later.validators);
  return {
    comments: first.comments.map(({ body, issueNumber }) => `${issueNumber} ${body.slice(0, 20)}`),
    issues: first.issues.map(({ number, title }) => `${number} ${title}`).toSorted(),
    complete: first.complete,
    same: again.comments.length === first.comments.length,
    later: later.comments.length + later.issues.length,
    validators: Object.keys(later.validators),
    kept: kept.comments.length + kept.issues.length,
  };
}

async function peopleOf(forge: ForgeUnderTest, gitea: Forge) {
  const { owner } = forge.people;
  // The forge alone knows their ids: each is somebody who wrote.
  const roll = await forge.addRepository(owner, `roll-${Date.now()}`, { files: { a: "a\n" } });
  const number = await forge.createIssue(roll, { by: owner, title: "Who is there?" });
  for (const role of ROLES)
    await forge.comment(roll, number, { by: forge.people[role], body: role });
  const [by = "", name = ""] = roll.split("/");
  const comments = await gitea.comments({ owner: by, name, number });
  return comments.map(({ author, body }) => ({ role: body, person: author }));
}

async function permissionsOf(forge: ForgeUnderTest, gitea: Forge, at: string) {
  const [by = "", name = ""] = at.split("/");
  const repository = await gitea.repository(by, name);
  const all: Record<string, unknown> = {};
  const people = await peopleOf(forge, gitea);
  for (const { role, person } of people)
    all[role] = (await gitea.permission(repository, person)).level;
  const [{ person } = { person: { id: 1, login: "x" } }, second] = people;
  const forged = { id: person.id, login: second?.person.login ?? "" };
  all["forged"] = (await gitea.permission(repository, forged)).level;
  const nobody = { id: person.id, login: "nobody-at-all" };
  all["nobody"] = (await gitea.permission(repository, nobody)).level;
  return all;
}

async function namesOf(
  forge: ForgeUnderTest,
  gitea: Forge,
  at: { id: number; owner: string; name: string },
  words: readonly string[],
) {
  const all: Record<string, unknown> = {};
  for (const { role, person } of await peopleOf(forge, gitea)) {
    for (const word of [forge.people.writer, "nobody-at-all", "nobody/at-all", ...words]) {
      all[`${role} as ${word}`] = await outcome(() => gitea.isNamed(word, person, at));
    }
  }
  return all;
}

async function outcome(asked: () => Promise<unknown>): Promise<unknown> {
  try {
    return (await asked()) ?? "nothing";
  } catch (error) {
    if (!(error instanceof KugetsuError)) throw error;
    return { refused: error.code, message: error.message, hint: error.hint ?? "" };
  }
}

/** Leaves out what every server makes anew: ids, times, addresses, and the endings of names. */
function plainOf({ url, people }: ForgeUnderTest): (value: unknown) => unknown {
  const ending = /(-[0-9a-f]{8})?$/.exec(people.owner)?.[1];
  return (value) => {
    const text = JSON.stringify(value, (key, one: unknown) => {
      // Those of one second come in any order.
      if (key === "reviewers" && Array.isArray(one))
        return one.map(String).toSorted((a, b) => a.localeCompare(b));
      if (key === "id" && typeof one === "number") return one > 0 ? "ID" : one;
      if (typeof one !== "string") return one;
      return one
        .replaceAll(url, "URL")
        .replaceAll(new URL(url).host, "HOST")
        .replaceAll(ending ?? "\0", "")
        .replaceAll(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*$/g, "TIME")
        .replaceAll(/#issuecomment-\d+/g, "#issuecomment-ID")
        .replaceAll(/\b\d{8,}\b/g, "ID");
    });
    return JSON.parse(ending === undefined ? text : text.replaceAll(ending, ""));
  };
}
