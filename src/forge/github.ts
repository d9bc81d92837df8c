import { KugetsuError } from "../kugetsu/errors.ts";
import { type Bot, type Comment, type Forge, MAX_COMMENTS } from "./forge.ts";
import { assertId, assertNames, branchSegment, issueSegments } from "./gitea/address.ts";
import { understood } from "./gitea/call.ts";
import { field, list, positive, text } from "./gitea/fields.ts";
import type { Ask, Place } from "./github/access.ts";
import { lastAssignment, lastLabelling } from "./github/acts.ts";
import { gitHubAddress } from "./github/address.ts";
import {
  placeOf,
  readComment,
  readIssue,
  readPullRequest,
  readRepository,
} from "./github/answers.ts";
import { appAccess } from "./github/app.ts";
import { call } from "./github/call.ts";
import { changesOf } from "./github/changes.ts";
import { Limited } from "./github/limits.ts";
import { fromTheEnd, PAGE } from "./github/pages.ts";
import { isNamed } from "./github/named.ts";
import { permissionOf } from "./github/permission.ts";
import { gitHubPictures } from "./github/pictures.ts";
import { newestPullRequest, openPullRequest } from "./github/pull-requests.ts";
import { reviewsSince, reviewWords } from "./github/reviews.ts";
import { tokenAccess } from "./github/token.ts";

export interface GitHubOptions {
  /** Where people and git reach it. */
  readonly url?: string;
  /** Its API, where that is not `api.` before GitHub's own host, or `/api/v3` below another one's URL. */
  readonly apiUrl?: string | undefined;
  readonly auth:
    | { readonly kind: "token"; readonly token: string }
    /** `privateKey` is PEM, PKCS#1 or PKCS#8. */
    | { readonly kind: "app"; readonly id: number; readonly privateKey: string };
  /** Owners whose repositories an App serves. All others are refused (`forbidden`): without any, everybody. */
  readonly accounts?: readonly string[];
  /** Limit of one call, its redirects and its answer's body included. */
  readonly timeoutMs?: number;
  /** What requests go through, for proxies. */
  readonly fetch?: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /**
   * Whether writes wait for each other: one a second, and one in three seconds of those that notify people. Where it
   * is not said: on GitHub's own hosts, which limit that. Waiting is not counted in `timeoutMs`.
   */
  readonly paced?: boolean;
  /** Told of each token that the App gets, for the mask. They last an hour. */
  readonly learnToken?: (token: string) => void;
}

/**
 * GitHub, or a GitHub Enterprise. Nothing is repeated here: who calls knows what may be asked twice. While GitHub
 * limits the bot, calls end at once with `unavailable` and the time to wait.
 * @throws KugetsuError `invalid` when a URL, the token, the App's id or its key is none
 */
export function createGitHub(options: GitHubOptions): Forge {
  const { url = "https://github.com", auth, accounts = [], timeoutMs = 15_000 } = options;
  const address = gitHubAddress(url, options.apiUrl);
  const client = {
    address,
    timeoutMs,
    fetch: options.fetch,
    now: options.now ?? Date.now,
    paced: options.paced ?? address.isHosted,
  };
  const access =
    auth.kind === "token"
      ? tokenAccess(auth.token, client)
      : appAccess({ ...auth, accounts, learnToken: options.learnToken }, client);
  const ask: Ask = (what, at, send, expected) =>
    access.ask(at, (rest) => call(what, () => send(rest), expected));
  const repositoryUrl = ({ owner, name }: Place) => `${address.url}/${owner}/${name}`;
  let known: Promise<Bot> | undefined;

  const forge: Forge = {
    kind: "github",
    instance: address.instance,
    url: address.url,

    async ping() {
      try {
        await access.ping();
      } catch (error) {
        if (!(error instanceof Limited)) throw error;
      }
    },

    async self() {
      known ??= access.self();
      try {
        return await known;
      } catch (error) {
        known = undefined;
        throw error;
      }
    },

    async repository(owner, name) {
      assertNames(owner, name);
      const what = "read the repository";
      const at = { owner, name };
      const { data } = await ask(what, at, (rest) => rest.repos.get({ owner, repo: name }));
      // The size is counted now and then only: it is 0 for a while after the first push.
      const hasBranch = field(data, "size") !== 0 || (await anyBranch(at));
      return understood(what, readRepository(data, hasBranch, address.url));
    },

    isNamed: (word, person, at) => isNamed(ask, at, word, person),

    async issue(at) {
      const [owner, repo, issue_number] = issueSegments(at);
      const what = "read the issue";
      const { data } = await ask(what, at, (rest) =>
        rest.issues.get({ owner, repo, issue_number }),
      );
      const issue = understood(what, readIssue(data, repositoryUrl(at)));
      if (issue.number === at.number && (await isIn(field(data, "repository_url"), at)))
        return issue;
      throw new KugetsuError("not_found", "The issue was moved to another repository.");
    },

    async comments(at) {
      const [owner, repo, issue_number] = issueSegments(at);
      const what = "read the comments";
      const found: Comment[] = [];
      const read = (page: number) =>
        ask(what, at, (rest) =>
          rest.issues.listComments({ owner, repo, issue_number, per_page: PAGE, page }),
        );
      await fromTheEnd(what, read, MAX_COMMENTS / PAGE + 1, (items) => {
        found.push(...items.map((one) => understood(what, readComment(one, repositoryUrl(at)))));
        return found.length >= MAX_COMMENTS;
      });
      return found
        .toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt) || a.id - b.id)
        .slice(-MAX_COMMENTS);
    },

    async comment(owner, name, id) {
      assertNames(owner, name);
      assertId(id);
      const what = "read the comment";
      const at = { owner, name };
      const { status, data } = await ask(
        what,
        at,
        (rest) => rest.issues.getComment({ owner, repo: name, comment_id: id }),
        [404, 410],
      );
      if (status >= 400) return undefined;
      const comment = understood(what, readComment(data, repositoryUrl(at)));
      return (await isIn(field(data, "issue_url"), at)) ? comment : undefined;
    },

    async reviewWords(at, place, id) {
      issueSegments(at);
      return reviewWords(ask, at, place, assertId(id), repositoryUrl(at));
    },

    async reviews(at, since) {
      issueSegments(at);
      return reviewsSince(ask, at, since, repositoryUrl(at));
    },

    async lastLabelling(at, label) {
      issueSegments(at);
      return lastLabelling(ask, at, label);
    },

    async lastAssignment(at, person) {
      issueSegments(at);
      return lastAssignment(ask, at, person);
    },

    async changes(repository, since, validators) {
      assertNames(repository.owner, repository.name);
      return changesOf(ask, repository, since, validators, repositoryUrl(repository));
    },

    async permission(repository, person) {
      assertNames(repository.owner, repository.name);
      return permissionOf(ask, repository, person);
    },

    // An organisation's own roles may let people edit who cannot push, and GitHub shows those to its owners alone.
    editorsMayPush: async ({ ownedByOrganization }) => !ownedByOrganization,

    async react(at, to, content) {
      const [owner, repo, issue_number] = issueSegments(at);
      const place = { owner, repo, content };
      await ask("add a reaction", at, (rest) => {
        if (to.place === "comment") {
          return rest.reactions.createForIssueComment({ ...place, comment_id: assertId(to.id) });
        }
        if (to.place === "review_comment") {
          const comment_id = assertId(to.id);
          return rest.reactions.createForPullRequestReviewComment({ ...place, comment_id });
        }
        // To a review's body there are reactions on the page only.
        return rest.reactions.createForIssue({ ...place, issue_number });
      });
    },

    async createComment(at, body) {
      const [owner, repo, issue_number] = issueSegments(at);
      const what = "post a comment";
      const { data } = await ask(what, at, (rest) =>
        rest.issues.createComment({ owner, repo, issue_number, body }),
      );
      return understood(what, positive(field(data, "id")));
    },

    async editComment(owner, name, id, body) {
      assertNames(owner, name);
      assertId(id);
      await ask("edit the comment", { owner, name }, (rest) =>
        rest.issues.updateComment({ owner, repo: name, comment_id: id, body }),
      );
    },

    async branch(owner, name, branch) {
      assertNames(owner, name);
      branchSegment(branch);
      const what = "read the branch";
      const { status, data } = await ask(
        what,
        { owner, name },
        (rest) => rest.repos.getBranch({ owner, repo: name, branch }),
        [404],
      );
      // Where a branch was renamed, the new one is what answers.
      if (status === 404 || field(data, "name") !== branch) return undefined;
      const sha = text(field(field(data, "commit"), "sha"), 100);
      const isSha = sha !== undefined && /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(sha);
      return understood(what, isSha ? sha : undefined);
    },

    async pullRequest(owner, name, head) {
      assertNames(owner, name);
      branchSegment(head);
      const at = { owner, name };
      return newestPullRequest(ask, at, head, repositoryUrl(at));
    },

    async pullRequestAt(at) {
      const [owner, repo, pull_number] = issueSegments(at);
      const what = "read the pull request";
      const { status, data } = await ask(
        what,
        at,
        (rest) => rest.pulls.get({ owner, repo, pull_number }),
        [404],
      );
      if (status === 404) return undefined;
      return understood(what, readPullRequest(data, repositoryUrl(at)));
    },

    async createPullRequest(owner, name, draft) {
      assertNames(owner, name);
      const at = { owner, name };
      return openPullRequest(ask, at, draft, repositoryUrl(at));
    },

    async requestReview(owner, name, number, login) {
      assertNames(login);
      const at = { owner, name, number };
      const [, repo, pull_number] = issueSegments(at);
      await ask("ask for a review", at, (rest) =>
        rest.pulls.requestReviewers({ owner, repo, pull_number, reviewers: [login] }),
      );
    },

    pictures(at) {
      assertNames(at.owner, at.name);
      const token = async () => (await access.credentials(at)).password;
      return gitHubPictures(at, { address, ask, token, timeoutMs, fetch: options.fetch });
    },

    cloneUrl(owner, name) {
      assertNames(owner, name);
      return `${repositoryUrl({ owner, name })}.git`;
    },

    async credentials(owner, name) {
      assertNames(owner, name);
      return access.credentials({ owner, name });
    },

    ...(access.resendFailed === undefined ? {} : { resendFailed: access.resendFailed }),
  };

  async function anyBranch(at: Place): Promise<boolean> {
    const { status, data } = await ask(
      "list the branches",
      at,
      (rest) => rest.repos.listBranches({ owner: at.owner, repo: at.name, per_page: 1 }),
      [404, 409],
    );
    return status < 300 && list(data).length > 0;
  }

  // After a rename the old name still answers, with addresses of the new one. What was moved to another repository
  // answers at its old address too.
  async function isIn(apiUrl: unknown, at: Place): Promise<boolean> {
    const place = placeOf(apiUrl);
    if (place === undefined) return false;
    if (sameNames(place, at)) return true;
    return sameNames(place, await forge.repository(at.owner, at.name));
  }

  return forge;
}

function sameNames(one: Place, other: Place): boolean {
  return (
    one.owner.toLowerCase() === other.owner.toLowerCase() &&
    one.name.toLowerCase() === other.name.toLowerCase()
  );
}
