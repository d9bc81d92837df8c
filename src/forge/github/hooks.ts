import type { ForgeAdmin, HookDraft, RemoteHook } from "../admin.ts";
import { assertId, assertNames } from "../gitea/address.ts";
import { understood } from "../gitea/call.ts";
import { field, list, moment, nameOf, positive, text } from "../gitea/fields.ts";
import { readHook } from "../gitea/hook.ts";
import { gitHubAddress } from "./address.ts";
import { call } from "./call.ts";
import { clientClass } from "./client.ts";
import { itemsOf, PAGE } from "./pages.ts";

const EVENTS = [
  "issues",
  "issue_comment",
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "repository",
];
const MAX_PAGES = 10;

/** The events of a repository that the bot handles; an App is told of its installations besides. */
export const GITHUB_EVENTS: readonly string[] = EVENTS;

export interface GitHubAdminOptions {
  readonly url: string;
  readonly apiUrl: string | undefined;
  readonly token: string;
  /** Limit of one call. */
  readonly timeoutMs?: number;
}

/** Webhooks of a GitHub, for an account with a token. @throws KugetsuError `invalid` when a URL is none */
export function gitHubAdmin(options: GitHubAdminOptions): ForgeAdmin {
  const { token, timeoutMs = 15_000 } = options;
  const address = gitHubAddress(options.url, options.apiUrl);
  const Client = clientClass({
    address,
    timeoutMs,
    fetch: undefined,
    now: Date.now,
    paced: false,
  });
  const { rest } = new Client({ auth: token });

  return {
    changesSecrets: true,
    events: EVENTS,

    async lacks() {
      const { headers } = await call("ask whose token this is", () =>
        rest.users.getAuthenticated(),
      );
      // Only classic tokens have scopes.
      const told = headers["x-oauth-scopes"];
      if (typeof told !== "string") return undefined;
      return told.split(/,\s*/).includes("repo") ? [] : ["repo"];
    },

    async scope(name) {
      if (!name.includes("/")) {
        assertNames(name);
        const what = "read the organisation";
        const { data } = await call(what, () => rest.orgs.get({ org: name }));
        return {
          name: understood(what, nameOf(field(data, "login"))),
          id: understood(what, positive(field(data, "id"))),
          kind: "organization",
          archived: false,
          empty: false,
        };
      }
      const what = "read the repository";
      const { data } = await call(what, () => rest.repos.get(placeOf(name)));
      const owner = understood(what, nameOf(field(field(data, "owner"), "login")));
      return {
        name: `${owner}/${understood(what, nameOf(field(data, "name")))}`,
        id: understood(what, positive(field(data, "id"))),
        kind: "repository",
        archived: field(data, "archived") === true,
        empty: false,
      };
    },

    async hooks(at) {
      const what = "list the webhooks";
      const found: RemoteHook[] = [];
      for (let page = 1; page <= MAX_PAGES; page++) {
        const asked = { per_page: PAGE, page };
        const answer = await call(what, () =>
          at.kind === "organization"
            ? rest.orgs.listWebhooks({ org: at.name, ...asked })
            : rest.repos.listWebhooks({ ...placeOf(at.name), ...asked }),
        );
        const items = itemsOf(what, answer);
        found.push(...items.map((item) => understood(what, readHook(item))));
        if (items.length < PAGE) break;
      }
      return found;
    },

    async createHook(at, draft) {
      const what = "make the webhook";
      const body = { name: "web", ...bodyOf(draft) };
      const { data } = await call(what, () =>
        at.kind === "organization"
          ? rest.orgs.createWebhook({ org: at.name, ...body })
          : rest.repos.createWebhook({ ...placeOf(at.name), ...body }),
      );
      return understood(what, positive(field(data, "id")));
    },

    async editHook(at, id, draft) {
      const hook_id = assertId(id);
      await call("change the webhook", () =>
        at.kind === "organization"
          ? rest.orgs.updateWebhook({ org: at.name, hook_id, ...bodyOf(draft) })
          : rest.repos.updateWebhook({ ...placeOf(at.name), hook_id, ...bodyOf(draft) }),
      );
    },

    async removeHook(at, id) {
      const hook_id = assertId(id);
      await call(
        "remove the webhook",
        () =>
          at.kind === "organization"
            ? rest.orgs.deleteWebhook({ org: at.name, hook_id })
            : rest.repos.deleteWebhook({ ...placeOf(at.name), hook_id }),
        [404],
      );
    },

    async testHook(at, id) {
      const hook_id = assertId(id);
      await call("test the webhook", () =>
        at.kind === "organization"
          ? rest.orgs.pingWebhook({ org: at.name, hook_id })
          : rest.repos.pingWebhook({ ...placeOf(at.name), hook_id }),
      );
      return undefined;
    },

    async lastDelivery(at, id) {
      const hook_id = assertId(id);
      const { data } = await call("list the webhook's deliveries", () =>
        at.kind === "organization"
          ? rest.orgs.listWebhookDeliveries({ org: at.name, hook_id, per_page: 1 })
          : rest.repos.listWebhookDeliveries({ ...placeOf(at.name), hook_id, per_page: 1 }),
      );
      const [newest] = list(data);
      const when = moment(field(newest, "delivered_at"));
      if (when === undefined) return undefined;
      const status = Number(field(newest, "status_code"));
      const words = text(field(newest, "status"), 200) ?? "";
      return {
        at: when,
        status: Number.isSafeInteger(status) ? status : 0,
        words: words.replaceAll(/[^\x20-\x7e]+/g, " "),
      };
    },

    page: (at, id) =>
      at.kind === "organization"
        ? `${address.url}/organizations/${at.name}/settings/hooks/${id}`
        : `${address.url}/${at.name}/settings/hooks/${id}`,
  };
}

/** With the secret each time: GitHub drops one that a configuration leaves out. */
function bodyOf({ url, events, secret }: HookDraft) {
  return {
    active: true,
    events: [...events],
    config: {
      url,
      content_type: "json",
      insecure_ssl: "0",
      ...(secret === undefined ? {} : { secret }),
    },
  };
}

function placeOf(name: string): { owner: string; repo: string } {
  const [owner = "", repo = ""] = name.split("/");
  assertNames(owner, repo);
  return { owner, repo };
}
