import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import type { Person } from "../../src/forge/event.ts";
import type { Forge } from "../../src/forge/forge.ts";
import { createGitHub } from "../../src/forge/github.ts";
import { type Place, SHOP } from "./orders.ts";

/** A GitHub with people, and the bot's own view of it. */
export interface GitHubWorld extends Place, AsyncDisposable {
  readonly github: Forge;
  /** The bot's login. */
  readonly bot: string;
}

/** As an App the bot has a name with brackets. */
export type Credential = "token" | "App";

const PEOPLE = ["olivia", "alma", "mia", "walter", "tom", "rita", "nora", "bert", "carl", "vera"];
const ROLES = {
  alma: "admin",
  mia: "maintain",
  walter: "write",
  tom: "triage",
  rita: "read",
} as const;

/**
 * olivia owns the shop, its private cellar, and the organizations. By role alma administers, mia maintains, walter
 * writes, tom triages and rita reads; nora may do nothing. bert is a member of acme, whose members read, and of core,
 * whose members write; carl and vera are in the teams there that write and read. `renovate[bot]` is another App.
 */
export async function openGitHubWorld(credential: Credential = "token"): Promise<GitHubWorld> {
  // An App proves who it is by the clock of the machine.
  const clock = { now: Date.now() };
  const now = (): number => clock.now;
  await using setup = new AsyncDisposableStack();
  const forge = setup.use(await startSandboxForge({ face: "github", now }));
  const people = new Map<string, Person>();
  for (const login of PEOPLE) people.set(login, { id: forge.addUser(login).id, login });
  const owners = ["olivia"];
  forge.addOrganization("acme", { owners, baseAccess: "read" });
  forge.addOrganization("core", { owners, baseAccess: "write" });
  for (const organization of ["acme", "core"]) {
    forge.addTeam(organization, { name: "writers", permission: "write", members: ["carl"] });
    forge.addTeam(organization, { name: "readers", permission: "read", members: ["vera"] });
    forge.addTeam(organization, { name: "guests", members: ["bert"], repositories: [] });
  }
  const { login: bot, auth } = accountOf();
  const repositories: Record<string, number> = {};
  for (const name of [SHOP, "olivia/cellar", "acme/api", "core/api"]) {
    const collaborators = {
      ...(name.startsWith("olivia/") ? ROLES : {}),
      ...(credential === "token" ? { [bot]: "write" as const } : {}),
    };
    const isPrivate = name !== SHOP;
    const files = { "README.md": "# A repository\n" };
    const { id } = await forge.addRepository(name, { files, collaborators, private: isPrivate });
    repositories[name] = id;
  }
  const accounts = ["olivia", "acme", "core"];
  if (credential === "App") for (const account of accounts) forge.installApp("kugetsu", account);
  forge.addApp({ slug: "renovate", owner: "nora" });
  const github = createGitHub({ url: forge.url, auth, accounts, now });
  for (const login of [bot, "renovate[bot]"]) {
    const answer = await fetch(`${forge.url}/api/v3/users/${encodeURIComponent(login)}`);
    people.set(login, { id: ((await answer.json()) as { id: number }).id, login });
  }
  const stack = setup.move();
  return {
    forge,
    clock,
    repositories,
    github,
    bot,
    person: (login) => {
      const found = people.get(login);
      if (found === undefined) throw new Error(`There is nobody called ${login}.`);
      return found;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };

  function accountOf() {
    if (credential === "token") {
      const { login, token } = forge.addUser("kugetsu-bot");
      return { login, auth: { kind: "token", token } } as const;
    }
    const { login, id, privateKey } = forge.addApp({ slug: "kugetsu", owner: "olivia" });
    return { login, auth: { kind: "app", id, privateKey } } as const;
  }
}
