import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { EVENTS, type ForgeUnderTest, type Role } from "./forge-under-test.ts";
import { openPage } from "./gitea-page.ts";
import { createGiteaCall, type GiteaCall } from "./gitea-call.ts";

/** How often it is asked whether something has become so. */
const LOOK_MS = 150;
const NAMES: Readonly<Record<Role, string>> = {
  owner: "olivia",
  writer: "walter",
  reader: "rita",
  outsider: "nora",
  bot: "kugetsu-bot",
};
/** What a bot needs, and no more; `read:organization` for teams. */
const BOT_SCOPES = ["write:issue", "write:repository", "read:user", "read:organization"];

interface Named {
  readonly id: number;
  readonly login: string;
}

/**
 * People and repositories of their own on a real Gitea or Forgejo; all that was made is removed in the end.
 * @param admin a token of an admin of the whole server, of every scope
 */
export async function openRealGitea(url: string, admin: string): Promise<ForgeUnderTest> {
  await using setup = new AsyncDisposableStack();
  const call = createGiteaCall(url, admin);
  const suffix = randomBytes(4).toString("hex");
  const tokens = new Map<string, string>();
  const passwords = new Map<string, string>();
  const own = (name: string) => `${name}-${suffix}`;

  const people = Object.fromEntries(
    Object.entries(NAMES).map(([role, name]) => [role, own(name)]),
  ) as Record<Role, string>;
  for (const [role, login] of Object.entries(people)) {
    setup.defer(() => remove(call, `/admin/users/${login}?purge=true`));
    const scopes = role === "bot" ? BOT_SCOPES : ["all"];
    const password = newPassword();
    passwords.set(login, password);
    tokens.set(login, await addPerson(call, { login, password }, scopes));
  }
  const as = (login: string) => {
    const token = tokens.get(login);
    if (token === undefined) throw new Error(`${login} is nobody here.`);
    return { token };
  };
  const labelId = async (repository: string, name: string) => {
    const all = await call<{ id: number; name: string }[]>("GET", `/repos/${repository}/labels`);
    const known = all?.find((one) => one.name === name)?.id;
    if (known !== undefined) return known;
    const body = { name, color: "#00aabb" };
    return (await made<{ id: number }>(call("POST", `/repos/${repository}/labels`, { body }))).id;
  };

  const stack = setup.move();
  return {
    url,
    people,
    token: as(people.bot).token,
    adminToken: admin,

    tokenOf: (login, scopes) => newToken(call, login, passwords.get(login) ?? "", scopes),
    async addPerson(name, { mustChangePassword = false } = {}) {
      const login = own(name);
      const password = newPassword();
      stack.defer(() => remove(call, `/admin/users/${login}?purge=true`));
      const token = await addPerson(call, { login, password }, ["all"]);
      if (mustChangePassword) {
        const body = { login_name: login, source_id: 0, must_change_password: true };
        await call("PATCH", `/admin/users/${login}`, { body });
      }
      tokens.set(login, token);
      passwords.set(login, password);
      return { login, token };
    },
    async removePerson(login) {
      await remove(call, `/admin/users/${login}`);
    },

    async addRepository(owner, name, { files, collaborators = {}, ...more }) {
      const repository = `${owner}/${name}`;
      const person = tokens.has(owner);
      const body = {
        name,
        auto_init: files !== undefined,
        default_branch: "main",
        private: more.private === true,
      };
      await call("POST", person ? `/admin/users/${owner}/repos` : `/orgs/${owner}/repos`, { body });
      if (files !== undefined) {
        const changes = await changed(call, repository, files);
        await call("POST", `/repos/${repository}/contents`, {
          body: { message: "Begin", branch: "main", files: changes },
        });
      }
      for (const [login, permission] of Object.entries(collaborators)) {
        await call("PUT", `/repos/${repository}/collaborators/${login}`, { body: { permission } });
      }
      return repository;
    },
    async addOrganization(name, owners) {
      const username = own(name);
      const [owner = people.owner] = owners;
      // Before its owner goes, and after its repositories, which only the API of each removes.
      stack.defer(async () => {
        const repositories = await call<{ full_name: string }[]>("GET", `/orgs/${username}/repos`);
        for (const one of repositories ?? []) await remove(call, `/repos/${one.full_name}`);
        await remove(call, `/orgs/${username}`);
      });
      await call("POST", `/admin/users/${owner}/orgs`, { body: { username } });
      const teams = await call<{ id: number; name: string }[]>("GET", `/orgs/${username}/teams`);
      const { id } = teams?.find((team) => team.name === "Owners") ?? { id: 0 };
      for (const login of owners) await call("PUT", `/teams/${id}/members/${login}`);
      return username;
    },
    async addTeam(organization, { name, permission, unitsMap, members = [] }) {
      const { id } = await made<{ id: number }>(
        call("POST", `/orgs/${organization}/teams`, {
          body: {
            name,
            permission: permission === undefined || permission === "none" ? "read" : permission,
            units_map: unitsMap,
            includes_all_repositories: true,
          },
        }),
      );
      for (const login of members) await call("PUT", `/teams/${id}/members/${login}`);
    },
    async addHook(repository, hook) {
      await call("POST", `/repos/${repository}/hooks`, {
        body: {
          type: "gitea",
          active: true,
          events: EVENTS,
          config: { ...hook, content_type: "json" },
        },
      });
    },
    async rename(repository, name) {
      await call("PATCH", `/repos/${repository}`, { body: { name } });
      return `${repository.split("/")[0]}/${name}`;
    },
    async transfer(repository, owner) {
      await call("POST", `/repos/${repository}/transfer`, { body: { new_owner: owner } });
      return `${owner}/${repository.split("/")[1]}`;
    },
    async archive(repository) {
      await call("PATCH", `/repos/${repository}`, { body: { archived: true } });
    },

    async createIssue(repository, { by, title, body = "", labels = [], assignees = [] }) {
      const ids = [];
      for (const label of labels) ids.push(await labelId(repository, label));
      const issue = { title, body, labels: ids, assignees };
      const asked = call("POST", `/repos/${repository}/issues`, { ...as(by), body: issue });
      return (await made<{ number: number }>(asked)).number;
    },
    async setIssueState(repository, number, state) {
      const body = { state };
      await call("PATCH", `/repos/${repository}/issues/${number}`, { ...as(people.owner), body });
    },
    async editIssue(repository, number, { by, ...body }) {
      await call("PATCH", `/repos/${repository}/issues/${number}`, { ...as(by), body });
    },
    async deleteIssue(repository, number) {
      await call("DELETE", `/repos/${repository}/issues/${number}`, as(people.owner));
    },
    async lock(repository, number) {
      await call("PUT", `/repos/${repository}/issues/${number}/lock`, { body: {} });
    },
    async label(repository, number, { by, name }) {
      const labels = [await labelId(repository, name)];
      const path = `/repos/${repository}/issues/${number}/labels`;
      await call("POST", path, { ...as(by), body: { labels } });
    },
    async unlabel(repository, number, { by, name }) {
      const id = await labelId(repository, name);
      await call("DELETE", `/repos/${repository}/issues/${number}/labels/${id}`, as(by));
    },
    async assign(repository, number, { by, assignee }) {
      const body = { assignees: [assignee] };
      await call("PATCH", `/repos/${repository}/issues/${number}`, { ...as(by), body });
    },
    async unassign(repository, number, by) {
      const body = { assignees: [] };
      await call("PATCH", `/repos/${repository}/issues/${number}`, { ...as(by), body });
    },
    async comment(repository, number, { by, body }) {
      const path = `/repos/${repository}/issues/${number}/comments`;
      return (await made<{ id: number }>(call("POST", path, { ...as(by), body: { body } }))).id;
    },
    async editComment(repository, id, { by, body }) {
      const path = `/repos/${repository}/issues/comments/${id}`;
      await call("PATCH", path, { ...as(by), body: { body } });
    },
    async deleteComment(repository, id, by) {
      await call("DELETE", `/repos/${repository}/issues/comments/${id}`, as(by));
    },
    async thread(repository, number) {
      const path = `/repos/${repository}/issues/${number}/comments`;
      const all = await made<{ id: number; body: string; user: Named }[]>(call("GET", path));
      return all.map(({ id, body, user }) => ({ id, body, by: user.login }));
    },
    async reactions(repository, _number, comment, by) {
      const path = `/repos/${repository}/issues/comments/${comment}/reactions`;
      const all = (await call<{ content: string; user: Named }[] | null>("GET", path)) ?? [];
      return all.filter(({ user }) => user.login === by).map(({ content }) => content);
    },

    async commit(repository, branch, { by, files }) {
      const there = await branchOf(call, repository, branch);
      await call("POST", `/repos/${repository}/contents`, {
        ...as(by),
        body: {
          message: "By hand",
          ...(there === undefined ? { branch: "main", new_branch: branch } : { branch }),
          files: await changed(call, repository, files, there === undefined ? "main" : branch),
        },
      });
    },
    async file(repository, branch, path) {
      return (await fileOf(call, repository, branch, path))?.text;
    },
    hasBranch: async (repository, branch) =>
      (await branchOf(call, repository, branch)) !== undefined,
    async messages(repository, branch) {
      const path = `/repos/${repository}/commits?sha=${encodeURIComponent(branch)}&limit=10&stat=false`;
      const all = await made<{ commit: { message: string } }[]>(call("GET", path));
      return all.map(({ commit }) => commit.message);
    },
    async deleteBranch(repository, branch) {
      await call("DELETE", `/repos/${repository}/branches/${encodeURIComponent(branch)}`);
    },
    async fork(repository, owner) {
      await call("POST", `/repos/${repository}/forks`, { ...as(owner), body: {} });
      return `${owner}/${repository.split("/")[1]}`;
    },
    async openPull(repository, { by, title, head }) {
      const body = { title, head, base: "main" };
      const asked = call("POST", `/repos/${repository}/pulls`, { ...as(by), body });
      return (await made<{ number: number }>(asked)).number;
    },
    async review(repository, number, { by, state, body = "", comments = [] }) {
      const event = { approved: "APPROVED", changes_requested: "REQUEST_CHANGES" };
      const path = `/repos/${repository}/pulls/${number}/reviews`;
      const asked = call("POST", path, {
        ...as(by),
        body: {
          event: state === "commented" ? "COMMENT" : event[state],
          body,
          comments: comments.map((one) => ({
            path: one.path,
            body: one.body,
            new_position: one.line,
          })),
        },
      });
      const { id } = await made<{ id: number }>(asked);
      const all = (await call<{ id: number }[]>("GET", `${path}/${id}/comments`)) ?? [];
      return { id, comments: all.map((one) => one.id).toSorted((a, b) => a - b) };
    },
    async reply(repository, number, { by, body, review, path, line }) {
      const page = await openPage(url, by, passwords.get(by) ?? "");
      const pull = `/${repository}/pulls/${number}`;
      await page.send(`${pull}/files/reviews/comments`, {
        origin: "timeline",
        side: "proposed",
        single_review: "true",
        reply: String(review),
        content: body,
        path,
        line: String(line),
        latest_commit_id: "",
      });
    },
    async requestReview(repository, number, { by, of }) {
      const path = `/repos/${repository}/pulls/${number}/requested_reviewers`;
      await call("POST", path, { ...as(by), body: { reviewers: [of] } });
    },
    async merge(repository, number, by) {
      const path = `/repos/${repository}/pulls/${number}/merge`;
      // 405: it still looks whether that can be merged.
      await poll(
        async () => {
          try {
            await call("POST", path, { ...as(by), body: { Do: "merge" } });
            return true;
          } catch (error) {
            if (String(error).includes(": 405")) return undefined;
            throw error;
          }
        },
        { what: "the merge" },
      );
    },
    async pulls(repository) {
      const path = `/repos/${repository}/pulls?state=all&sort=oldest`;
      const all = await made<PullJson[]>(call("GET", path));
      return all
        .map((pull) => ({
          number: pull.number,
          head: pull.head.ref,
          base: pull.base.ref,
          state: pull.state,
          by: pull.user.login,
          body: pull.body,
          url: pull.html_url,
          reviewers: (pull.requested_reviewers ?? []).map(({ login }) => login),
        }))
        .toSorted((a, b) => a.number - b.number);
    },

    until: poll,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

interface PullJson {
  readonly number: number;
  readonly head: { readonly ref: string };
  readonly base: { readonly ref: string };
  readonly state: "open" | "closed";
  readonly user: Named;
  readonly body: string;
  readonly html_url: string;
  readonly requested_reviewers: readonly Named[] | null;
}

/** Makes an account and returns a token of it. */
async function addPerson(
  call: GiteaCall,
  { login, password }: { readonly login: string; readonly password: string },
  scopes: readonly string[],
): Promise<string> {
  const email = `${login}@example.org`;
  const body = { username: login, email, password, must_change_password: false };
  await call("POST", "/admin/users", { body });
  return newToken(call, login, password, scopes);
}

function newPassword(): string {
  return `P-${randomBytes(12).toString("hex")}`;
}

async function newToken(
  call: GiteaCall,
  login: string,
  password: string,
  scopes: readonly string[],
): Promise<string> {
  const asked = call("POST", `/users/${login}/tokens`, {
    password: [login, password],
    body: { name: `test-${randomBytes(4).toString("hex")}`, scopes },
  });
  return (await made<{ sha1: string }>(asked)).sha1;
}

async function branchOf(call: GiteaCall, repository: string, branch: string): Promise<unknown> {
  const path = `/repos/${repository}/branches/${encodeURIComponent(branch)}`;
  return call("GET", path, { expected: [404] });
}

async function fileOf(
  call: GiteaCall,
  repository: string,
  branch: string,
  path: string,
): Promise<{ readonly sha: string; readonly text: string } | undefined> {
  const found = await call<{ sha: string; content: string }>(
    "GET",
    `/repos/${repository}/contents/${encodeURIComponent(path)}?ref=${encodeURIComponent(branch)}`,
    { expected: [404] },
  );
  if (found === undefined) return undefined;
  return { sha: found.sha, text: Buffer.from(found.content, "base64").toString() };
}

/** Files as the API wants to have them changed. */
async function changed(
  call: GiteaCall,
  repository: string,
  files: Readonly<Record<string, string>>,
  branch = "main",
): Promise<readonly unknown[]> {
  const all = [];
  for (const [path, text] of Object.entries(files)) {
    const before = await fileOf(call, repository, branch, path);
    const content = Buffer.from(text).toString("base64");
    all.push(
      before === undefined
        ? { operation: "create", path, content }
        : { operation: "update", path, content, sha: before.sha },
    );
  }
  return all;
}

async function remove(call: GiteaCall, path: string): Promise<void> {
  await call("DELETE", path, { expected: [404] });
}

/** What an answer must hold. */
async function made<T>(asked: Promise<unknown>): Promise<T> {
  const answer = await asked;
  if (answer === undefined) throw new Error("The forge answered nothing.");
  return answer as T;
}

async function poll<T>(
  look: () => Promise<T | undefined>,
  { what, timeoutMs = 60_000 }: { what: string; timeoutMs?: number },
): Promise<T> {
  for (const end = Date.now() + timeoutMs; ; await sleep(LOOK_MS)) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`There is still not ${what}.`);
  }
}
