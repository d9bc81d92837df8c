import { rightsOf } from "../access.ts";
import { timestamp } from "../clock.ts";
import type { Issue, Repository, User } from "../records.ts";
import { fullName, type ForgeState } from "../state.ts";
import type { Json } from "./go.ts";
import { userJson } from "./user.ts";

/** `viewer` decides what stands under `permissions`. */
export function repositoryJson(
  state: ForgeState,
  repository: Repository,
  viewer: User | undefined,
): Json {
  const name = fullName(repository);
  const { mode, units } = rightsOf(viewer, repository);
  return {
    id: repository.id,
    owner: userJson(state, repository.owner, viewer),
    name: repository.name,
    full_name: name,
    description: repository.description,
    empty: repository.branches.size === 0,
    private: repository.private,
    fork: repository.parent !== undefined,
    ...(repository.parent !== undefined && {
      parent: repositoryJson(state, repository.parent, viewer),
    }),
    template: false,
    mirror: false,
    size: 25,
    language: "",
    languages_url: `${state.url}/api/v1/repos/${name}/languages`,
    html_url: `${state.url}/${name}`,
    url: `${state.url}/api/v1/repos/${name}`,
    link: "",
    ssh_url: `git@${new URL(state.url).hostname}:${name}.git`,
    clone_url: `${state.url}/${name}.git`,
    original_url: "",
    website: "",
    stars_count: 0,
    forks_count: 0,
    watchers_count: 1,
    open_issues_count: open(repository, (issue) => issue.pull === undefined),
    open_pr_counter: open(repository, (issue) => issue.pull !== undefined),
    release_counter: 0,
    default_branch: repository.defaultBranch,
    archived: repository.archived,
    created_at: timestamp(repository.createdAt),
    updated_at: timestamp(repository.updatedAt),
    archived_at: "1970-01-01T00:00:00Z",
    permissions: { admin: mode >= 3, push: units.code >= 2, pull: units.code >= 1 },
    has_code: false,
    has_issues: true,
    internal_tracker: {
      enable_time_tracker: true,
      allow_only_contributors_to_track_time: true,
      enable_issue_dependencies: true,
    },
    has_wiki: true,
    has_pull_requests: true,
    has_projects: true,
    projects_mode: "all",
    has_releases: true,
    has_packages: true,
    has_actions: true,
    ignore_whitespace_conflicts: false,
    allow_merge_commits: true,
    allow_rebase: true,
    allow_rebase_explicit: true,
    allow_squash_merge: true,
    allow_fast_forward_only_merge: true,
    allow_rebase_update: true,
    allow_manual_merge: false,
    autodetect_manual_merge: false,
    default_delete_branch_after_merge: false,
    default_merge_style: "merge",
    default_allow_maintainer_edit: false,
    avatar_url: "",
    internal: false,
    mirror_interval: "",
    object_format_name: "sha1",
    mirror_updated: "0001-01-01T00:00:00Z",
    topics: [],
    licenses: [],
  };
}

function open(repository: Repository, which: (issue: Issue) => boolean): number {
  return [...repository.issues.values()].filter((issue) => issue.state === "open" && which(issue))
    .length;
}
