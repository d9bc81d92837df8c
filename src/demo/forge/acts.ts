import { createComment, deleteComment, editComment } from "./comments.ts";
import { createHook } from "./hooks.ts";
import type { Internals } from "./internals.ts";
import { createIssue, deleteIssue, editIssue, setIssueState, setLocked } from "./issues.ts";
import { isPull, type PullIssue } from "./json/pull.ts";
import { addOrganization, addOrganizationHook, addTeam, addToken, addUser } from "./people.ts";
import { mergePull, pullsOf } from "./pulls.ts";
import { addReaction } from "./reactions.ts";
import {
  addRepository,
  commit,
  deleteBranch,
  firstUser,
  readFileAt,
  rename,
} from "./repositories.ts";
import type { Issue, User } from "./records.ts";
import type { SandboxForge } from "./sandbox.ts";
import { pullSummary, threadOf } from "./thread.ts";

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
  const setState = (repository: string, number: number, to: "open" | "closed", by?: string) => {
    const issue = state.issue(repository, number);
    setIssueState(internals, issue, to, actor(by, issue));
  };

  return {
    addUser: (login, options) => addUser(internals, login, options),
    addToken: (login, scopes) => addToken(state, state.user(login), scopes),
    addOrganization: (name, options) => ({ id: addOrganization(internals, name, options).id }),
    addTeam: (name, team) => ({ id: addTeam(internals, state.organization(name), team).id }),
    async addRepository(name, options) {
      const { id, gitDir, ...repository } = await addRepository(internals, name, options);
      return {
        id,
        gitDir,
        cloneUrl: `${state.url}/${repository.owner.login}/${repository.name}.git`,
      };
    },
    setCollaborator(name, login, access) {
      const { collaborators } = state.repository(name);
      if (access === undefined) collaborators.delete(state.user(login));
      else collaborators.set(state.user(login), access);
      state.changed();
    },
    rename: (name, newName) => rename(internals, state.repository(name), newName),
    archive(name, archived = true) {
      state.repository(name).archived = archived;
      state.changed();
    },
    addHook(name, draft) {
      const hook = createHook(state, "repository", draft);
      state.repository(name).hooks.push(hook);
      return { id: hook.id };
    },
    addOrganizationHook: (name, hook) => ({
      id: addOrganizationHook(internals, state.organization(name), hook).id,
    }),
    createIssue: (name, { by, title, body = "" }) =>
      createIssue(internals, state.repository(name), { by: state.user(by), title, body }).number,
    editIssue: (name, number, { by, ...change }) =>
      editIssue(internals, state.issue(name, number), state.user(by), change),
    closeIssue: (name, number, by) => setState(name, number, "closed", by),
    reopenIssue: (name, number, by) => setState(name, number, "open", by),
    lockIssue: (name, number, locked = true) =>
      setLocked(internals, state.issue(name, number), locked),
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
    issue: (name, number) => threadOf(state.issue(name, number)),
    pulls: (name) => pullsOf(state.repository(name)).map((issue) => pullSummary(state, issue)),
    merge: async (name, number, { by }) =>
      mergePull(internals, pullOf(name, number), state.user(by)),
    closePull: (name, number, by) => setState(name, pullOf(name, number).number, "closed", by),
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
