import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import type { Person } from "../../src/forge/event.ts";
import type { Forge } from "../../src/forge/forge.ts";
import { createGitea } from "../../src/forge/gitea.ts";
import type { Job } from "../../src/jobs/job.ts";
import { newIssue, orderAt, type Place, type Said, SHOP } from "./orders.ts";

export { SHOP } from "./orders.ts";

/** A forge with people, the bot's own view of it, and jobs as a delivery would make them. */
export interface World extends Place, AsyncDisposable {
  readonly gitea: Forge;
  /** A new issue of rita's. */
  issue(repository?: string): number;
  /** Somebody comments, and a delivery tells of it. */
  order(said?: Said, change?: Partial<Job>): Job;
}

const PERMISSION_SCOPES = ["read:repository", "read:organization", "read:user"];

/**
 * olivia owns the shop, walter may write, rita may read, nora neither; adam is an admin of the whole server. In the organizations a team writes (walter) and
 * another one reads (rita): in acme the bot is only in a team of its own, in bolt in the writers' team, in core among
 * the owners.
 */
export async function openWorld(
  options: {
    /** What the bot may do with olivia's repositories: `admin` when left out. */
    bot?: "write" | "admin";
    /** Whose token answers the questions about people's rights: nobody's when left out. */
    permission?: string;
  } = {},
): Promise<World> {
  const clock = { now: Date.parse("2026-03-01T12:00:00Z") };
  await using setup = new AsyncDisposableStack();
  const forge = setup.use(await startSandboxForge({ now: () => clock.now }));
  const people = new Map<string, Person>();
  for (const login of ["olivia", "walter", "rita", "nora", "renovate-bot"]) {
    people.set(login, { id: forge.addUser(login).id, login });
  }
  people.set("adam", { id: forge.addUser("adam", { admin: true }).id, login: "adam" });
  const { token, ...bot } = forge.addUser("kugetsu-bot");
  people.set(bot.login, { id: bot.id, login: bot.login });
  const repositories: Record<string, number> = {};
  const add = async (name: string, collaborators: Record<string, "read" | "write" | "admin">) => {
    const files = { "README.md": "# A repository\n" };
    repositories[name] = (await forge.addRepository(name, { files, collaborators })).id;
  };
  await add(SHOP, { walter: "write", rita: "read", "kugetsu-bot": options.bot ?? "admin" });
  await add("olivia/cellar", { "kugetsu-bot": options.bot ?? "admin" });
  for (const [organization, owners, writers, bots] of [
    ["acme", ["olivia"], ["walter"], ["kugetsu-bot"]],
    ["bolt", ["olivia"], ["walter", "kugetsu-bot"], []],
    ["core", ["olivia", "kugetsu-bot"], ["walter"], []],
  ] as const) {
    forge.addOrganization(organization, { owners });
    forge.addTeam(organization, { name: "writers", unitsMap: units("write"), members: writers });
    forge.addTeam(organization, { name: "readers", unitsMap: units("read"), members: ["rita"] });
    forge.addTeam(organization, { name: "bots", permission: "admin", members: bots });
    await add(`${organization}/api`, {});
  }

  const person = (login: string): Person => {
    const found = people.get(login);
    if (found === undefined) throw new Error(`There is nobody called ${login}.`);
    return found;
  };
  const place = { forge, clock, repositories, person };
  const stack = setup.move();
  return {
    ...place,
    issue: (repository) => newIssue(place, repository),
    gitea: createGitea({
      url: forge.url,
      token,
      permissionToken:
        options.permission === undefined
          ? undefined
          : forge.addToken(options.permission, PERMISSION_SCOPES),
    }),
    order: (said, change) => orderAt(place, said, change),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function units(access: "read" | "write") {
  return { "repo.code": access, "repo.issues": access, "repo.pulls": access };
}
