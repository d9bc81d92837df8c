import { randomBytes } from "node:crypto";
import type { ForgeAdmin, HookDraft, HookScope, RemoteHook } from "../admin.ts";
import { assertId, assertNames, forgeUrl } from "./address.ts";
import { type AskerOptions, createAsker } from "./asker.ts";
import { type Answer, call, understood } from "./call.ts";
import { field, list, nameOf, positive } from "./fields.ts";
import { readHook } from "./hook.ts";

const EVENTS = [
  "issues",
  "issue_assign",
  "issue_label",
  "issue_comment",
  "pull_request",
  "pull_request_assign",
  "pull_request_label",
  "pull_request_comment",
  "pull_request_review",
];
const PAGE = 50;
const MAX_PAGES = 20;

/** Webhooks of a Gitea or Forgejo. @throws KugetsuError `invalid` when the URL is not one */
export function giteaAdmin(options: AskerOptions): ForgeAdmin {
  const { url } = forgeUrl(options.url);
  const asker = createAsker(options);
  const { repos, orgs } = asker.api;

  async function repository(name: string): Promise<HookScope> {
    const what = "read the repository";
    const [owner, repo] = namesOf(name);
    const { data } = await call(what, () => repos.repoGet(owner, repo));
    const found = {
      owner: nameOf(field(field(data, "owner"), "login")),
      name: nameOf(field(data, "name")),
      id: positive(field(data, "id")),
    };
    return {
      name: `${understood(what, found.owner)}/${understood(what, found.name)}`,
      id: understood(what, found.id),
      kind: "repository",
      archived: field(data, "archived") === true,
      empty: field(data, "empty") === true,
    };
  }

  const edit = async (at: HookScope, id: number, draft: HookDraft) => {
    assertId(id);
    const body = bodyOf(draft);
    await call("change the webhook", () =>
      at.kind === "organization"
        ? orgs.orgEditHook(orgOf(at), id, body)
        : repos.repoEditHook(...namesOf(at.name), id, body),
    );
  };

  return {
    changesSecrets: false,
    events: EVENTS,

    // No route tells what a token may do. Each of these is refused for its scope before anything else is looked at,
    // and else finds nothing to change.
    async lacks() {
      const { login } = await asker.account();
      const nothing = `no-such-${randomBytes(8).toString("hex")}`;
      return (
        await Promise.all([
          probe("write:issue", () => repos.issueCreateComment(login, nothing, 1, { body: "" })),
          probe("write:repository", () => repos.repoCreatePullRequest(login, nothing, {})),
        ])
      ).flat();
    },

    async scope(name) {
      if (name.includes("/")) return repository(name);
      assertNames(name);
      const what = "read the organisation";
      const { data } = await call(what, () => orgs.orgGet(name));
      return {
        name: understood(what, nameOf(field(data, "name") ?? field(data, "username"))),
        id: understood(what, positive(field(data, "id"))),
        kind: "organization",
        archived: false,
        empty: false,
      };
    },

    async hooks(at) {
      const what = "list the webhooks";
      const found: RemoteHook[] = [];
      for (let page = 1; page <= MAX_PAGES; page++) {
        const query = { page, limit: PAGE };
        const { data }: Answer = await call(what, () =>
          at.kind === "organization"
            ? orgs.orgListHooks(orgOf(at), query)
            : repos.repoListHooks(...namesOf(at.name), query),
        );
        const items = list(data);
        if (items.length === 0) break;
        found.push(...items.map((item) => understood(what, readHook(item))));
      }
      return found;
    },

    async createHook(at, { secret, ...draft }) {
      const what = "make the webhook";
      const { config, ...rest } = bodyOf(draft);
      const body = { type: "gitea", ...rest, config: { ...config, secret } } as const;
      const { data } = await call(what, () =>
        at.kind === "organization"
          ? orgs.orgCreateHook(orgOf(at), body)
          : repos.repoCreateHook(...namesOf(at.name), body),
      );
      return understood(what, positive(field(data, "id")));
    },

    editHook: edit,

    async removeHook(at, id) {
      assertId(id);
      await call(
        "remove the webhook",
        () =>
          at.kind === "organization"
            ? orgs.orgDeleteHook(orgOf(at), id)
            : repos.repoDeleteHook(...namesOf(at.name), id),
        [404],
      );
    },

    async testHook(at, id, draft) {
      if (at.kind === "organization")
        return "Gitea has no test delivery for the hook of an organisation";
      if (at.empty) return "Gitea tests no hook of a repository without a commit";
      // The test is a push, which goes to nobody who has not asked for pushes.
      await edit(at, id, { ...draft, events: [...draft.events, "push"] });
      try {
        await call("test the webhook", () => repos.repoTestHook(...namesOf(at.name), id));
      } finally {
        await edit(at, id, draft);
      }
      return undefined;
    },

    // Gitea shows its deliveries on the hook's page alone.
    lastDelivery: async () => undefined,

    page: (at, id) =>
      at.kind === "organization"
        ? `${url}/org/${at.name}/settings/hooks/${id}`
        : `${url}/${at.name}/settings/hooks/${id}`,
  };
}

/** The scope, where the token is refused for it. */
async function probe(
  scope: string,
  send: () => Promise<Response & { data: unknown }>,
): Promise<readonly string[]> {
  const { status } = await call("try the token", send, [403, 404, 422]);
  return status === 403 ? [scope] : [];
}

/** All of it each time: what is left out Gitea resets. */
function bodyOf({ url, events }: HookDraft) {
  return { active: true, events: [...events], config: { url, content_type: "json" } };
}

function namesOf(name: string): [string, string] {
  const [owner = "", repo = "", ...more] = name.split("/");
  assertNames(owner, more.length === 0 ? repo : "");
  return [owner, repo];
}

function orgOf({ name }: HookScope): string {
  assertNames(name);
  return name;
}
