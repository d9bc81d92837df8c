import type { Level } from "../../access.ts";
import { timestamp } from "../../clock.ts";
import type { Repository } from "../../records.ts";
import { fullName, type ForgeState } from "../../state.ts";
import type { Schemas } from "../schemas.ts";
import { nodeId } from "./node-id.ts";
import { userJson } from "./user.ts";

export function repositoryUrl(state: ForgeState, repository: Repository): string {
  return `${state.url}/api/v3/repos/${fullName(repository)}`;
}

export function repositoryPage(state: ForgeState, repository: Repository): string {
  return `${state.url}/${fullName(repository)}`;
}

export function repositoryJson(state: ForgeState, repository: Repository) {
  const url = repositoryUrl(state, repository);
  const page = repositoryPage(state, repository);
  const open = [...repository.issues.values()].filter((issue) => issue.state === "open").length;
  const forks = [...state.repositories.values()].filter((one) => one.parent === repository).length;
  const { host, hostname } = new URL(state.url);
  return {
    id: repository.id,
    node_id: nodeId("R", repository.id),
    name: repository.name,
    full_name: fullName(repository),
    private: repository.private,
    owner: userJson(state, repository.owner),
    html_url: page,
    description: repository.description === "" ? null : repository.description,
    fork: repository.parent !== undefined,
    url,
    archive_url: `${url}/{archive_format}{/ref}`,
    assignees_url: `${url}/assignees{/user}`,
    blobs_url: `${url}/git/blobs{/sha}`,
    branches_url: `${url}/branches{/branch}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    comments_url: `${url}/comments{/number}`,
    commits_url: `${url}/commits{/sha}`,
    compare_url: `${url}/compare/{base}...{head}`,
    contents_url: `${url}/contents/{+path}`,
    contributors_url: `${url}/contributors`,
    deployments_url: `${url}/deployments`,
    downloads_url: `${url}/downloads`,
    events_url: `${url}/events`,
    forks_url: `${url}/forks`,
    git_commits_url: `${url}/git/commits{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    git_url: `git://${host}/${fullName(repository)}.git`,
    hooks_url: `${url}/hooks`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    issue_events_url: `${url}/issues/events{/number}`,
    issues_url: `${url}/issues{/number}`,
    keys_url: `${url}/keys{/key_id}`,
    labels_url: `${url}/labels{/name}`,
    languages_url: `${url}/languages`,
    merges_url: `${url}/merges`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    pulls_url: `${url}/pulls{/number}`,
    releases_url: `${url}/releases{/id}`,
    ssh_url: `git@${hostname}:${fullName(repository)}.git`,
    stargazers_url: `${url}/stargazers`,
    statuses_url: `${url}/statuses/{sha}`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    svn_url: page,
    tags_url: `${url}/tags`,
    teams_url: `${url}/teams`,
    trees_url: `${url}/git/trees{/sha}`,
    clone_url: `${page}.git`,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    forks,
    forks_count: forks,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    size: repository.branches.size === 0 ? 0 : 25,
    default_branch: repository.defaultBranch,
    open_issues: open,
    open_issues_count: open,
    is_template: false,
    topics: [],
    has_issues: true,
    has_projects: true,
    has_wiki: true,
    has_pages: false,
    has_downloads: true,
    has_discussions: false,
    archived: repository.archived,
    disabled: false,
    visibility: repository.private ? "private" : "public",
    pushed_at: timestamp(repository.updatedAt),
    created_at: timestamp(repository.createdAt),
    updated_at: timestamp(repository.updatedAt),
    allow_forking: true,
    web_commit_signoff_required: false,
  } as const satisfies Schemas["repository"];
}

/** `code` is what the one who asks may do with the code. */
export function fullRepositoryJson(state: ForgeState, repository: Repository, code: Level) {
  const { owner, parent } = repository;
  return {
    ...repositoryJson(state, repository),
    permissions: permissionsJson(code),
    temp_clone_token: null,
    allow_squash_merge: true,
    allow_merge_commit: true,
    allow_rebase_merge: true,
    allow_auto_merge: false,
    delete_branch_on_merge: false,
    network_count: 0,
    subscribers_count: 1,
    ...(owner.kind === "organization" && { organization: userJson(state, owner) }),
    ...(parent !== undefined && {
      parent: repositoryJson(state, parent),
      source: repositoryJson(state, parent),
    }),
  } satisfies Schemas["full-repository"];
}

export function permissionsJson(code: Level) {
  return {
    admin: code >= 3,
    maintain: code >= 3,
    push: code >= 2,
    triage: code >= 2,
    pull: code >= 1,
  };
}
