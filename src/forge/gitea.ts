import { KugetsuError } from "../kugetsu/errors.ts";
import { type Forge, MAX_COMMENTS } from "./forge.ts";
import { assertId, assertNames, branchSegment, forgeUrl, issueSegments } from "./gitea/address.ts";
import {
  type PlacedComment,
  type PlacedWords,
  readComment,
  readIssue,
  readPullRequest,
  readRepository,
} from "./gitea/answers.ts";
import { askAccount, type AskerOptions, askWithPermission, createAsker } from "./gitea/asker.ts";
import { call, understood } from "./gitea/call.ts";
import { changesSince } from "./gitea/changes.ts";
import { field, positive } from "./gitea/fields.ts";
import { isNamed } from "./gitea/named.ts";
import { permissionOf } from "./gitea/permission.ts";
import { giteaPictures } from "./gitea/pictures.ts";
import { newestPullRequest } from "./gitea/pull-request.ts";
import { reviewBody, reviewComment, reviewsSince } from "./gitea/reviews.ts";
import { editorsMayPush } from "./gitea/teams.ts";
import { lastAct } from "./gitea/timeline.ts";

export interface GiteaOptions extends AskerOptions {
  /** GITEA_PERMISSION_TOKEN: of an admin of the whole server, for the questions about people's rights alone. */
  readonly permissionToken?: string | undefined;
  /** Told what the operator should mend although everything goes on; the same again and again. */
  readonly warn?: ((message: string) => void) | undefined;
}

/**
 * A Gitea or Forgejo server. Nothing is repeated here: who calls knows what may be asked twice.
 * @throws KugetsuError `invalid` when the URL is not one
 */
export function createGitea(options: GiteaOptions): Forge {
  const { token, permissionToken } = options;
  const { url, instance } = forgeUrl(options.url);
  const bot = createAsker(options);
  const permissionAsker =
    permissionToken === undefined
      ? undefined
      : {
          ...createAsker({ ...options, token: permissionToken }),
          refused: () =>
            options.warn?.(
              `${url} does not accept GITEA_PERMISSION_TOKEN: the bot asks with its own token alone. Make a new one, or take it out.`,
            ),
        };
  const { api } = bot;
  const repositoryUrl = (owner: string, name: string) => `${url}/${owner}/${name}`;
  let login: string | undefined;

  const forge: Forge = {
    kind: "gitea",
    instance,
    url,

    async ping() {
      // The version would be told to anybody.
      await askAccount(api, url);
    },

    async self() {
      const { id, login: name, email } = await bot.account();
      login = name;
      return { id, login: name, email };
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

    async reviewWords(at, place, id) {
      const find = place === "review" ? reviewBody : reviewComment;
      const placed = await find(api, at, id, repositoryUrl(at.owner, at.name));
      if (placed === undefined || placed.words.issueNumber !== at.number) return undefined;
      return (await belongsTo(placed, at.owner, at.name)) ? placed.words : undefined;
    },

    async reviews(at, since) {
      const all = await reviewsSince(api, at, since, repositoryUrl(at.owner, at.name));
      return all.map(({ words }) => words);
    },

    lastLabelling: async (at, label) =>
      lastAct(api, at, (act) => act.label?.toLowerCase() === label.toLowerCase()),

    lastAssignment: async (at, person) => lastAct(api, at, (act) => act.assignee?.id === person.id),

    async changes(repository, since, validators) {
      const address = repositoryUrl(repository.owner, repository.name);
      return changesSince(api, repository, since, validators, address);
    },

    async permission(repository, person) {
      assertNames(repository.owner, repository.name);
      return permissionOf(bot, permissionAsker, repository, person);
    },

    async editorsMayPush(repository) {
      assertNames(repository.owner, repository.name);
      try {
        return await editorsMayPush(api, repository);
      } catch (error) {
        if (error instanceof KugetsuError && UNTOLD.has(error.code)) return false;
        throw error;
      }
    },

    async isNamed(word, person) {
      if (permissionAsker !== undefined) {
        const told = await askWithPermission(permissionAsker, async (asker) =>
          isNamed(asker, word, person),
        );
        if (told === true) return true;
      }
      return isNamed(bot, word, person);
    },

    async react(at, to, reaction) {
      const [owner, name, number] = issueSegments(at);
      const content = { content: reaction };
      // A comment on a line is a comment to Gitea, and can be reacted to as one. A review cannot.
      await call("add a reaction", () =>
        to.place === "comment" || to.place === "review_comment"
          ? api.repos.issuePostCommentReaction(owner, name, assertId(to.id), content)
          : api.repos.issuePostIssueReaction(owner, name, number, content),
      );
    },

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
      const found = await newestPullRequest(api, () => bot.account(), { owner, name }, head);
      if (found === undefined) return undefined;
      return understood(
        "read the pull request",
        readPullRequest(found, repositoryUrl(owner, name)),
      );
    },

    async pullRequestAt(at) {
      const what = "read the pull request";
      const place = issueSegments(at);
      const ask = () => api.repos.repoGetPullRequest(...place);
      const { status, data } = await call(what, ask, [404]);
      if (status === 404) return undefined;
      return understood(what, readPullRequest(data, repositoryUrl(at.owner, at.name)));
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

    pictures({ owner, name }) {
      assertNames(owner, name);
      const isPrivate = async () => {
        const { data } = await call("read the repository", () => api.repos.repoGet(owner, name));
        return field(data, "private") !== false || field(data, "internal") === true;
      };
      return giteaPictures({
        url,
        token,
        timeoutMs: options.timeoutMs ?? 15_000,
        fetch: options.fetch,
        isPrivate,
      });
    },

    cloneUrl(owner, name) {
      assertNames(owner, name);
      return `${repositoryUrl(owner, name)}.git`;
    },

    // Gitea takes any user name with a token; the bot's own is the one that its log then shows.
    credentials: async () => ({ username: login ?? "kugetsu", password: token }),
  };

  // After a rename the old name still answers, with what is now called otherwise.
  async function belongsTo(
    placed: PlacedComment | PlacedWords,
    owner: string,
    name: string,
  ): Promise<boolean> {
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

/** Errors that mean that nothing is told of a repository's teams. */
const UNTOLD: ReadonlySet<string> = new Set(["forbidden", "not_found", "failed"]);

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
