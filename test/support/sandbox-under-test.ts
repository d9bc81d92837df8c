import type { SandboxForge } from "../../src/demo/forge/sandbox.ts";
import { execa } from "execa";
import { EVENTS, type ForgeUnderTest, type Role } from "./forge-under-test.ts";

/** The people of every sandbox in the tests. */
export const PEOPLE: Readonly<Record<Role, string>> = {
  owner: "olivia",
  writer: "walter",
  reader: "rita",
  outsider: "nora",
  bot: "kugetsu-bot",
};

/** A sandbox forge in which these people are already, as stories see it. It is not closed with this. */
export function sandboxUnderTest(forge: SandboxForge, token: string): ForgeUnderTest {
  const onLines = new Set<number>();
  const adminToken = forge.addUser("adam", { admin: true }).token;
  const isOnLine = (id: number) => onLines.has(id);
  return {
    url: forge.url,
    people: PEOPLE,
    token,
    adminToken,
    tokenOf: async (login, scopes) => forge.addToken(login, scopes),
    addPerson: async (name, options = {}) => forge.addUser(name, options),
    removePerson: async () => {
      throw new Error("The sandbox forge keeps its people.");
    },
    async addRepository(owner, name, options) {
      await forge.addRepository(`${owner}/${name}`, options);
      return `${owner}/${name}`;
    },
    async addOrganization(name, owners) {
      forge.addOrganization(name, { owners });
      return name;
    },
    async addTeam(organization, team) {
      forge.addTeam(organization, team);
    },
    async addHook(repository, hook) {
      forge.addHook(repository, { ...hook, events: EVENTS });
    },
    async rename(repository, name) {
      forge.rename(repository, name);
      return `${repository.split("/")[0]}/${name}`;
    },
    async transfer(repository, owner) {
      forge.transfer(repository, owner);
      return `${owner}/${repository.split("/")[1]}`;
    },
    async archive(repository) {
      forge.archive(repository);
    },
    createIssue: async (repository, issue) => forge.createIssue(repository, issue),
    async setIssueState(repository, number, state) {
      if (state === "closed") forge.closeIssue(repository, number);
      else forge.reopenIssue(repository, number);
    },
    async editIssue(repository, number, change) {
      forge.editIssue(repository, number, change);
    },
    async deleteIssue(repository, number) {
      forge.deleteIssue(repository, number);
    },
    async lock(repository, number) {
      forge.lockIssue(repository, number);
    },
    async label(repository, number, label) {
      forge.label(repository, number, label);
    },
    async unlabel(repository, number, label) {
      forge.unlabel(repository, number, label);
    },
    async assign(repository, number, to) {
      forge.assign(repository, number, to);
    },
    async unassign(repository, number, by) {
      for (const assignee of forge.issue(repository, number).assignees)
        forge.unassign(repository, number, { by, assignee });
    },
    comment: async (repository, number, said) => forge.comment(repository, number, said),
    async editComment(_repository, id, change) {
      if (isOnLine(id)) forge.editReviewComment(id, change);
      else forge.editComment(id, change);
    },
    async deleteComment(_repository, id, by) {
      if (isOnLine(id)) forge.deleteReviewComment(id, by);
      else forge.deleteComment(id, by);
    },
    thread: async (repository, number) => forge.issue(repository, number).comments,
    async reactions(repository, number, comment, by) {
      const found = forge.issue(repository, number).comments.find(({ id }) => id === comment);
      const given = found?.reactions.filter((one) => one.by === by) ?? [];
      return given.map(({ content }) => content);
    },
    async commit(repository, branch, { by, files }) {
      await forge.commit(repository, branch, { by, message: "By hand", files });
    },
    file: (repository, branch, path) => forge.file(repository, branch, path),
    hasBranch: async (repository, branch) => forge.branches(repository).has(branch),
    async messages(repository, branch) {
      const dir = forge.gitDir(repository);
      const log = await execa("git", ["-C", dir, "log", "-10", "--format=%B%x00", branch]);
      return log.stdout.split("\0\n").map((message) => message.replace(/\0$/, ""));
    },
    deleteBranch: (repository, branch) => forge.deleteBranch(repository, branch),
    async fork(repository, owner) {
      await forge.fork(repository, { owner });
      return `${owner}/${repository.split("/")[1]}`;
    },
    openPull: (repository, pull) => forge.openPull(repository, pull),
    async review(repository, number, review) {
      const made = await forge.review(repository, number, review);
      for (const id of made.comments) onLines.add(id);
      return made;
    },
    async reply(_repository, _number, { by, body, comment }) {
      onLines.add(forge.replyToReview(comment, { by, body }));
    },
    async requestReview(repository, number, { by, of }) {
      forge.requestReview(repository, number, { by, reviewer: of });
    },
    async merge(repository, number, by) {
      await forge.merge(repository, number, { by });
    },
    pulls: async (repository) => forge.pulls(repository),
    async until(look, { what, timeoutMs = 60_000 }) {
      let found: Awaited<ReturnType<typeof look>>;
      const looks = async () => {
        found = await look();
        return found !== undefined;
      };
      await forge.until(looks, { what, timeoutMs });
      return found as NonNullable<typeof found>;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
