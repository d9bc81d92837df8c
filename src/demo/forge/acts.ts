import { createHash } from "node:crypto";
import { attach } from "./attachments.ts";
import { createComment, deleteComment, editComment } from "./comments.ts";
import { appOf, createApp, install, uninstall } from "./github/apps.ts";
import { manifestCode } from "./github/manifest.ts";
import { createHook } from "./hooks.ts";
import type { Internals } from "./internals.ts";
import {
  createIssue,
  deleteIssue,
  editIssue,
  setAssignees,
  setIssueState,
  setLabels,
  setLocked,
} from "./issues.ts";
import { isPull, type PullIssue } from "./json/pull.ts";
import {
  addOrganization,
  addOrganizationHook,
  addTeam,
  addToken,
  addUser,
  firstUser,
} from "./people.ts";
import { labelNamed } from "./labels.ts";
import { createPull, headOf, mergePull, pullsOf, requestReview } from "./pulls.ts";
import { addReaction } from "./reactions.ts";
import {
  addRepository,
  commit,
  deleteBranch,
  fork,
  readFileAt,
  rename,
  transfer,
} from "./repositories.ts";
import {
  createReview,
  deleteReviewComment,
  editReview,
  editReviewComment,
  replyTo,
  reviewCommentOf,
  reviewOf,
} from "./reviews.ts";
import type { Issue, Repository, User } from "./records.ts";
import type { SandboxForge } from "./sandbox.ts";
import { found, fullName } from "./state.ts";
import { pullSummary, reviewSummary, threadOf } from "./thread.ts";

/** The part of the sandbox forge that acts on its records and looks at them. */
type Acts = Omit<
  SandboxForge,
  | "url"
  | "host"
  | "version"
  | "requests"
  | "deliveries"
  | "fail"
  | "clearFaults"
  | "down"
  | "up"
  | "redeliver"
  | "deliver"
  | "deliveriesSent"
  | "until"
  | typeof Symbol.asyncDispose
>;

export function createActs(internals: Internals): Acts {
  const { state } = internals;
  const actor = (login: string | undefined, issue: Issue): User =>
    login === undefined ? firstUser(issue.repository.owner) : state.user(login);
  const pullOf = (repository: string, number: number): PullIssue => {
    const issue = state.issue(repository, number);
    if (!isPull(issue)) throw new Error(`${repository}#${number} is not a pull request.`);
    return issue;
  };
  const accountOf = (name: string) =>
    found(state.accounts.get(name.toLowerCase()), `account ${name}`);
  const address = ({ id, gitDir, ...repository }: Repository) => ({
    id,
    gitDir,
    cloneUrl: `${state.url}/${repository.owner.login}/${repository.name}.git`,
  });
  const setState = (repository: string, number: number, to: "open" | "closed", by?: string) => {
    const issue = state.issue(repository, number);
    setIssueState(internals, issue, to, actor(by, issue));
  };

  return {
    addUser: (login, options) => addUser(internals, login, options),
    addToken: (login, scopes) => addToken(state, state.user(login), scopes),
    addOrganization: (name, options) => ({ id: addOrganization(internals, name, options).id }),
    addTeam: (name, team) => ({ id: addTeam(internals, state.organization(name), team).id }),
    addRepository: async (name, options) => address(await addRepository(internals, name, options)),
    setCollaborator(name, login, access) {
      const { collaborators } = state.repository(name);
      if (access === undefined) collaborators.delete(state.user(login));
      else collaborators.set(state.user(login), access);
      state.changed();
    },
    rename: (name, newName) => rename(internals, state.repository(name), newName),
    transfer: (name, newOwner) => transfer(internals, state.repository(name), accountOf(newOwner)),
    async fork(name, { owner, name: newName }) {
      return address(await fork(internals, state.repository(name), accountOf(owner), newName));
    },
    archive(name, archived = true) {
      state.repository(name).archived = archived;
      state.changed();
    },
    addLfsObject(name, text) {
      const content = Buffer.from(text);
      const oid = createHash("sha256").update(content).digest("hex");
      state.repository(name).lfs.set(oid, content);
      return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${content.byteLength}\n`;
    },
    addHook(name, draft) {
      const repository = state.repository(name);
      const hook = createHook(state, { kind: "repository", id: repository.id }, draft);
      repository.hooks.push(hook);
      const by = firstUser(repository.owner);
      internals.announce({ kind: "hooked", hook, to: repository, by });
      return { id: hook.id };
    },
    addOrganizationHook: (name, hook) => ({
      id: addOrganizationHook(internals, state.organization(name), hook).id,
    }),
    addApp({ slug, owner, ...draft }) {
      const account = accountOf(owner);
      const app = createApp(internals, { ...draft, slug, name: slug, owner: account });
      return {
        id: app.id,
        slug,
        clientId: app.clientId,
        login: app.bot.login,
        privateKey: app.privateKey,
        webhookSecret: app.hook.secret,
        get installations() {
          return app.installations.map((one) => ({ id: one.id, account: one.account.login }));
        },
      };
    },
    installApp(slug, account, names) {
      const repositories = names?.map((name) => state.repository(`${account}/${name}`));
      const selected = repositories === undefined ? "all" : new Set(repositories);
      return { id: install(internals, appOf(state, slug), accountOf(account), selected).id };
    },
    uninstallApp: (slug, account) => uninstall(internals, appOf(state, slug), accountOf(account)),
    manifestCode: (manifest, owner) => manifestCode(state, manifest, accountOf(owner)),
    createIssue(name, { by, title, body = "", labels = [], assignees = [] }) {
      const repository = state.repository(name);
      return createIssue(internals, repository, {
        by: state.user(by),
        title,
        body,
        labels: labels.map((label) => labelNamed(state, repository, label)),
        assignees: assignees.map((login) => state.user(login)),
      }).number;
    },
    editIssue: (name, number, { by, ...change }) =>
      editIssue(internals, state.issue(name, number), state.user(by), change),
    closeIssue: (name, number, by) => setState(name, number, "closed", by),
    reopenIssue: (name, number, by) => setState(name, number, "open", by),
    lockIssue(name, number, locked = true) {
      const issue = state.issue(name, number);
      setLocked(internals, issue, locked, actor(undefined, issue));
    },
    label(name, number, { by, name: labelName }) {
      const issue = state.issue(name, number);
      const label = labelNamed(state, issue.repository, labelName);
      setLabels(internals, issue, [...new Set([...issue.labels, label])], state.user(by));
    },
    unlabel(name, number, { by, name: labelName }) {
      const issue = state.issue(name, number);
      const left = issue.labels.filter((label) => label.name !== labelName);
      setLabels(internals, issue, left, state.user(by));
    },
    assign(name, number, { by, assignee }) {
      const issue = state.issue(name, number);
      const assignees = new Set([...issue.assignees, state.user(assignee)]);
      setAssignees(internals, issue, [...assignees], state.user(by));
    },
    unassign(name, number, { by, assignee }) {
      const issue = state.issue(name, number);
      const left = issue.assignees.filter((user) => user !== state.user(assignee));
      setAssignees(internals, issue, left, state.user(by));
    },
    deleteIssue(name, number, by) {
      const issue = state.issue(name, number);
      deleteIssue(internals, issue, actor(by, issue));
    },
    comment: (name, number, { by, body }) =>
      createComment(internals, state.issue(name, number), state.user(by), body).id,
    editComment: (id, { by, body }) =>
      editComment(internals, state.comment(id), state.user(by), body),
    deleteComment(id, by) {
      const comment = state.comment(id);
      deleteComment(internals, comment, actor(by, comment.issue));
    },
    react(id, { by, content }) {
      addReaction(state, state.comment(id), state.user(by), content);
    },
    attach(name, number, { comment, ...file }) {
      const to = comment === undefined ? undefined : state.comment(comment);
      return attach(state, { ...file, issue: state.issue(name, number), comment: to });
    },
    issue: (name, number) => threadOf(state.issue(name, number)),
    pulls: (name) => pullsOf(state.repository(name)).map((issue) => pullSummary(state, issue)),
    merge: async (name, number, { by }) =>
      mergePull(internals, pullOf(name, number), state.user(by)),
    closePull: (name, number, by) => setState(name, pullOf(name, number).number, "closed", by),
    async openPull(name, { by, title, body = "", head, base }) {
      const repository = state.repository(name);
      const { from, branch } = found(headOf(internals, repository, head), `fork for ${head}`);
      const draft = { by: state.user(by), title, body, head: branch, from };
      const issue = await createPull(internals, repository, {
        ...draft,
        base: base ?? repository.defaultBranch,
      });
      return issue.number;
    },
    requestReview(name, number, { by, reviewer }) {
      requestReview(internals, pullOf(name, number), state.user(reviewer), state.user(by));
    },
    async review(name, number, { by, body = "", comments = [], state: to }) {
      const draft = { by: state.user(by), state: to, body, comments };
      const review = await createReview(internals, pullOf(name, number), draft);
      const { id, comments: lines } = found(review, "such line in the diff");
      return { id, comments: lines.map((comment) => comment.id) };
    },
    editReview: (id, { by, body }) =>
      editReview(internals, reviewOf(state, id), state.user(by), body),
    replyToReview(id, { by, body }) {
      const comment = reviewCommentOf(state, id);
      const { repository, number } = comment.review.issue;
      const issue = pullOf(fullName(repository), number);
      return replyTo(internals, issue, comment, state.user(by), body).id;
    },
    editReviewComment: (id, { by, body }) =>
      editReviewComment(internals, reviewCommentOf(state, id), state.user(by), body),
    deleteReviewComment(id, by) {
      const comment = reviewCommentOf(state, id);
      deleteReviewComment(internals, comment, actor(by, comment.review.issue));
    },
    reviews: (name, number) => pullOf(name, number).pull.reviews.map(reviewSummary),
    branches: (name) => state.repository(name).branches,
    commit: async (name, branch, change) =>
      commit(internals, state.repository(name), branch, change),
    async deleteBranch(name, branch, by) {
      const repository = state.repository(name);
      const user = by === undefined ? firstUser(repository.owner) : state.user(by);
      await deleteBranch(internals, repository, branch, user);
    },
    file: async (name, branch, path) => readFileAt(internals, state.repository(name), branch, path),
    gitDir: (name) => state.repository(name).gitDir,
    protect(name, branch) {
      state.repository(name).protectedBranches.add(branch);
      state.changed();
    },
  };
}
