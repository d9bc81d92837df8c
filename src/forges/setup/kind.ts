import { field, text } from "../../forge/gitea/fields.ts";
import { gitHubAddress } from "../../forge/github/address.ts";
import { adviceFor } from "../../forge/unreachable.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { parseUrl } from "../../settings/units.ts";
import type { ForgeSetting } from "../setting.ts";

/** A forge that answered. */
export interface FoundForge {
  readonly kind: ForgeSetting["kind"];
  /** Without a trailing slash; a sub-path is kept, the page of a repository is not. */
  readonly url: string;
  /** What it says of itself, such as `Gitea 1.26.0`; one plain line. */
  readonly says: string;
}

const MAX_ANSWER = 100_000;
const MAX_DEPTH = 5;

/**
 * Finds out what stands at an address, which may be that of one of its pages.
 * @throws KugetsuError `invalid` when it is no address, `unavailable` when nothing answers, `not_found` when what
 *   answers is no forge
 */
export async function findForge(
  given: string,
  asked: { readonly kind?: ForgeSetting["kind"]; readonly apiUrl?: string; timeoutMs?: number },
): Promise<FoundForge> {
  const url = parseUrl(given);
  if (url === undefined) {
    throw new KugetsuError("invalid", "That is no address of a forge.", {
      hint: "Write it as https://git.example.org, without a user, a query and a fragment.",
    });
  }
  const { origin, pathname } = new URL(url);
  const { isHosted } = gitHubAddress(origin, undefined);
  if (isHosted && asked.kind !== "gitea") return { kind: "github", url: origin, says: "GitHub" };
  const parts = pathname.split("/").filter((part) => part !== "");
  // The longest first: a sub-path is a part of the address, and what follows it is a page.
  for (let depth = Math.min(parts.length, MAX_DEPTH); depth >= 0; depth--) {
    const base = [origin, ...parts.slice(0, depth)].join("/");
    const found = await lookAt(base, asked);
    if (found !== undefined) return found;
  }
  throw new KugetsuError(
    "not_found",
    `What answers at ${origin} is neither Gitea, Forgejo nor GitHub.`,
    {
      hint: "Is its path complete? A forge may lie below one, such as https://example.org/git. Something in front of it may also keep its API (/api/v1, /api/v3) from being asked.",
    },
  );
}

async function lookAt(
  url: string,
  { kind, apiUrl, timeoutMs = 10_000 }: Parameters<typeof findForge>[1],
): Promise<FoundForge | undefined> {
  if (kind !== "github") {
    const version = text(field(await ask(`${url}/api/v1/version`, timeoutMs), "version"), 100);
    if (version !== undefined && /^[\x21-\x7e]+$/.test(version))
      return { kind: "gitea", url, says: `${brand(version)} ${version}` };
  }
  if (kind !== "gitea") {
    const { api } = gitHubAddress(url, apiUrl);
    const meta = await ask(`${api}/meta`, timeoutMs);
    const version = text(field(meta, "installed_version"), 30);
    if (version !== undefined && /^[\d.]+$/.test(version))
      return { kind: "github", url, says: `GitHub Enterprise Server ${version}` };
    if (typeof field(meta, "verifiable_password_authentication") === "boolean")
      return { kind: "github", url, says: "GitHub" };
  }
  return undefined;
}

/** Forgejo's versions name the Gitea that they are compatible with. */
function brand(version: string): string {
  return version.includes("+gitea-") || version.includes("forgejo") ? "Forgejo" : "Gitea";
}

/** What an address answers, where that is JSON. @throws KugetsuError `unavailable` when nothing does */
async function ask(address: string, timeoutMs: number): Promise<unknown> {
  let answer: Response;
  try {
    answer = await fetch(address, {
      redirect: "follow",
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (cause) {
    throw new KugetsuError("unavailable", `${new URL(address).origin} could not be reached.`, {
      cause,
      hint: adviceFor(cause) ?? "Is the address right, and does the forge run?",
    });
  }
  try {
    // Who is sent to another host would be asked there for a token that is for this one.
    if (!answer.ok || new URL(answer.url).origin !== new URL(address).origin) return undefined;
    const body = await answer.text();
    return body.length > MAX_ANSWER ? undefined : (JSON.parse(body) as unknown);
  } catch {
    return undefined;
  }
}
