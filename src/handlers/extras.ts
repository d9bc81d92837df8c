import type { ExtrasOrder } from "../kugetsu/extras/order.ts";
import { isName } from "../kugetsu/ref.ts";
import type { ForgeWork } from "./handler.ts";

/** What of submodules and LFS files the operator lets the job's repository have, and how its forge is asked for them. */
export function extrasOf(work: ForgeWork, defaultBranch: string): ExtrasOrder {
  const { forge, job, settings } = work;
  return {
    branch: defaultBranch,
    allowed: {
      submodules: isAllowed(settings.allowSubmodules, forge.instance, job.repository),
      lfs: isAllowed(settings.allowLfs, forge.instance, job.repository),
    },
    repositoryAt: (address) => {
      const found = repositoryAt(forge.url, address);
      if (found === undefined) return undefined;
      const { owner, name } = found;
      return {
        name: `${owner}/${name}`,
        url: forge.cloneUrl(owner, name),
        credentials: async () =>
          (await mayRead(work, owner, name)) ? forge.credentials(owner, name) : undefined,
      };
    },
  };
}

function isAllowed(
  allowed: readonly string[],
  instance: string,
  { owner, name }: { readonly owner: string; readonly name: string },
): boolean {
  const full = `${owner}/${name}`;
  const names = ["all", owner, full, `${instance}/${full}`];
  const words = new Set(names.map((word) => word.toLowerCase()));
  return allowed.some((word) => words.has(word.toLowerCase()));
}

/** The bot may read more than who asks: its token must not carry that to them. */
async function mayRead({ forge, job }: ForgeWork, owner: string, name: string): Promise<boolean> {
  // The operator, from the command line.
  if (job.actor.id === 0) return true;
  const { level } = await forge.permission(await forge.repository(owner, name), job.actor);
  return level === "read" || level === "write" || level === "admin";
}

/**
 * The repository that an address names, where it lies on the forge at `forgeUrl`: https of the same origin, or ssh of
 * the same host. Pure.
 */
export function repositoryAt(
  forgeUrl: string,
  address: string,
): { readonly owner: string; readonly name: string } | undefined {
  const forge = URL.parse(forgeUrl);
  if (forge === null) return undefined;
  const scp = /^[A-Za-z0-9._-]+@([A-Za-z0-9.-]+):(?!\/)(.+)$/.exec(address);
  if (scp !== null) return scp[1] === forge.hostname ? named(scp[2] ?? "") : undefined;
  const url = URL.parse(address);
  if (url === null || url.password !== "" || url.search !== "" || url.hash !== "") return undefined;
  if (url.protocol === "ssh:")
    return url.hostname === forge.hostname ? named(url.pathname.slice(1)) : undefined;
  const root = `${forge.pathname.replace(/\/+$/, "")}/`;
  if (url.origin !== forge.origin || url.username !== "" || !url.pathname.startsWith(root))
    return undefined;
  return named(url.pathname.slice(root.length));
}

function named(path: string): { readonly owner: string; readonly name: string } | undefined {
  const [owner = "", name = "", ...more] = path.replace(/\/+$/, "").split("/");
  const repository = name.replace(/\.git$/, "");
  if (more.length > 0 || !isName(owner) || !isName(repository)) return undefined;
  return { owner, name: repository };
}
