import { giteaApi } from "gitea-js";
import { KugetsuError } from "../kugetsu/errors.ts";
import { type Bot, type Forge, MAX_COMMENTS } from "./forge.ts";
import { assertId, assertNames, branchSegment, forgeUrl, issueSegments } from "./gitea/address.ts";
import {
  type PlacedComment,
  readBot,
  readComment,
  readIssue,
  readPullRequest,
  readRepository,
} from "./gitea/answers.ts";
import { boundedFetch } from "./gitea/bounded-fetch.ts";
import { call, understood } from "./gitea/call.ts";
import { field, positive } from "./gitea/fields.ts";
import { permissionOf } from "./gitea/permission.ts";
import { newestPullRequest } from "./gitea/pull-request.ts";

export interface GiteaOptions {
  /** Address of the server as the bot reaches it; may hold a sub-path. */
  readonly url: string;
  readonly token: string;
  /** Limit of one call, its redirects and its answer's body included. */
  readonly timeoutMs?: number;
  /** What requests go through, for proxies. */
  readonly fetch?: typeof fetch;
}

/**
 * A Gitea or Forgejo server. Nothing is repeated here: who calls knows what may be asked twice.
 * @throws KugetsuError `invalid` when the URL is not one
 */
const notYet = async (): Promise<never> => {
  throw new KugetsuError("failed", "Not yet.");
};

export function createGitea(options: GiteaOptions): Forge {
  const { token, timeoutMs = 15_000 } = options;
  const { url, instance } = forgeUrl(options.url);
  const api = giteaApi(url, {
    token,
    customFetch: boundedFetch(`${url}/api/v1`, timeoutMs, options.fetch),
  });
  const repositoryUrl = (owner: string, name: string) => `${url}/${owner}/${name}`;

  let login: string | undefined;
  let asked: Promise<Bot> | undefined;
  const askSelf = async () => {
    const what = "ask whose token this is";
    const { data } = await call(what, () => api.user.userGetCurrent());
    const bot = understood(what, readBot(data, url));
    login = bot.login;
    return bot;
  };

  const forge: Forge = {
    kind: "gitea",
    instance,
    url,

    async ping() {
      // The version would be told to anybody.
      await askSelf();
    },

    async self() {
      asked ??= askSelf();
      try {
        return await asked;
      } catch (error) {
        asked = undefined;
        throw error;
      }
    },

    async repository(owner, name) {
      assertNames(owner, name);
      const what = "read the repository";
      // Its answer does not say what kind of owner it has. The list of its teams does, to whoever may read it: 405 on
      // a personal repository. Anything else counts as an organisation's, where less is taken for granted.
      const [{ data }, teams] = await Promise.all([
        call(what, () => api.repos.repoGet(owner, name)),
        call(what, () => api.repos.repoListTeams(owner, name), [403, 404, 405]),
      ]);
      return understood(what, readRepository(data, teams.status !== 405, url));
    },

    async issue(address) {
      const what = "read the issue";
      const { data } = await call(what, () => api.repos.issueGetIssue(...issueSegments(address)));
      return understood(what, readIssue(data, repositoryUrl(address.owner, address.name)));
    },

    async comments(address) {
      const what = "read the comments";
      // Not paged: Gitea answers with all of them.
      const { data } = await call(what, () =>
        api.repos.issueGetComments(...issueSegments(address)),
      );
      const all = understood(what, Array.isArray(data) ? (data as unknown[]) : undefined);
      const base = repositoryUrl(address.owner, address.name);
      return all
        .map((one) => understood(what, readComment(one, base)).comment)
        .toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt) || a.id - b.id)
        .slice(-MAX_COMMENTS);
    },

    async comment(owner, name, id) {
      assertNames(owner, name);
      assertId(id);
      const what = "read the comment";
      const { status, data } = await call(
        what,
        () => api.repos.issueGetComment(owner, name, id),
        [404],
      );
      // 204: the id is of another kind, such as a change of the title.
      if (status === 404 || status === 204) return undefined;
      const placed = understood(what, readComment(data, repositoryUrl(owner, name)));
      return (await belongsTo(placed, owner, name)) ? placed.comment : undefined;
    },

    async permission(repository, person) {
      assertNames(repository.owner, repository.name);
      return permissionOf(api, () => forge.self(), repository, person);
    },

    async react(at, to, reaction) {
      const [owner, name, number] = issueSegments(at);
      const content = { content: reaction };
      await call("add a reaction", () =>
        to.place === "comment"
          ? api.repos.issuePostCommentReaction(owner, name, assertId(to.id), content)
          : api.repos.issuePostIssueReaction(owner, name, number, content),
      );
    },

    reviewWords: notYet,
    reviews: notYet,
    lastLabelling: notYet,
    lastAssignment: notYet,
    changes: notYet,

    async createComment(address, body) {
      const what = "post a comment";
      const place = issueSegments(address);
      const send = () => api.repos.issueCreateComment(...place, { body });
      const { status, data } = await call(what, send, [500]);
      if (status === 500) throw await commentFault(place);
      return understood(what, positive(field(data, "id")));
    },

    async editComment(owner, name, id, body) {
      assertNames(owner, name);
      assertId(id);
      await call("edit the comment", () => api.repos.issueEditComment(owner, name, id, { body }));
    },

    async branch(owner, name, branch) {
      assertNames(owner, name);
      const segment = branchSegment(branch);
      const what = "read the branch";
      const { status, data } = await call(
        what,
        () => api.repos.repoGetBranch(owner, name, segment),
        [404],
      );
      if (status === 404) return undefined;
      const sha = field(field(data, "commit"), "id");
      const isSha = typeof sha === "string" && /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(sha);
      return understood(what, isSha ? sha : undefined);
    },

    async pullRequest(owner, name, head) {
      assertNames(owner, name);
      const found = await newestPullRequest(api, () => forge.self(), { owner, name }, head);
      if (found === undefined) return undefined;
      return understood(
        "read the pull request",
        readPullRequest(found, repositoryUrl(owner, name)),
      );
    },

    async pullRequestAt(address) {
      const what = "read the pull request";
      const { status, data } = await call(
        what,
        () => api.repos.repoGetPullRequest(...issueSegments(address)),
        [404],
      );
      if (status === 404) return undefined;
      return understood(what, readPullRequest(data, repositoryUrl(address.owner, address.name)));
    },

    async createPullRequest(owner, name, draft) {
      assertNames(owner, name);
      const what = "open a pull request";
      const { title, body, head, base } = draft;
      const { data } = await call(what, () =>
        api.repos.repoCreatePullRequest(owner, name, { title, body, head, base }),
      );
      return understood(what, readPullRequest(data, repositoryUrl(owner, name)));
    },

    async requestReview(owner, name, number, reviewer) {
      assertNames(reviewer);
      await call("ask for a review", () =>
        api.repos.repoCreatePullReviewRequests(...issueSegments({ owner, name, number }), {
          reviewers: [reviewer],
        }),
      );
    },

    cloneUrl(owner, name) {
      assertNames(owner, name);
      return `${repositoryUrl(owner, name)}.git`;
    },

    // Gitea takes any user name with a token; the bot's own is the one that its log then shows.
    credentials: async () => ({ username: login ?? "kugetsu", password: token }),
  };

  // After a rename the old name still answers, with what is now called otherwise.
  async function belongsTo(placed: PlacedComment, owner: string, name: string): Promise<boolean> {
    if (sameRepository(placed, { owner, name })) return true;
    return sameRepository(placed, await forge.repository(owner, name));
  }

  // Gitea answers 500 on an issue that is gone, which would be tried again for ever.
  async function commentFault(place: readonly [string, string, number]): Promise<KugetsuError> {
    const { status } = await call("read the issue", () => api.repos.issueGetIssue(...place), [404]);
    return status === 404
      ? new KugetsuError("not_found", "Could not post a comment: the issue is gone.")
      : new KugetsuError("unavailable", "Could not post a comment: the forge answered 500.");
  }

  return forge;
}

interface Named {
  readonly owner: string;
  readonly name: string;
}

function sameRepository(one: Named, other: Named): boolean {
  return (
    one.owner.toLowerCase() === other.owner.toLowerCase() &&
    one.name.toLowerCase() === other.name.toLowerCase()
  );
}
