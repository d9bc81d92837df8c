import { KugetsuError } from "./errors.ts";
import { readPrivateFile } from "./env/private-file.ts";
import { addressKind, localPath } from "./git/address.ts";
import type { Home } from "./home.ts";
import { type IssueRef, parseRef, printRef, printRepository } from "./ref.ts";
import type { Source } from "./turn.ts";

type CloneUrls = readonly (readonly [key: string, url: unknown])[];

/**
 * Where the repository of a ref is fetched from: as the home's `repos.json` says for the ref, else for its repository,
 * else `https://instance/owner/repo.git`. Read anew at each call. A user and password in the address come apart from
 * it, so that they stand in no command line and no log.
 *
 * @param options.warn told of keys that are neither a ref nor a repository, and of a file that was open to others
 * @throws KugetsuError `invalid` that names the file, and the key where there is one; as `readPrivateFile` does
 */
export async function cloneUrlOf(
  home: Pick<Home, "repos" | "root">,
  ref: IssueRef,
  options: { readonly warn?: (message: string) => void } = {},
): Promise<Source> {
  const text = await readPrivateFile(home.repos, options.warn);
  const entries = text === undefined ? [] : parseRepos(text, home.repos);
  const found = new Map<string, readonly [string, unknown]>();
  for (const entry of entries) {
    const wanted = normalKey(entry[0]);
    if (wanted === undefined)
      options.warn?.(
        `${home.repos}: ${quote(entry[0])} is neither an issue ref nor instance/user/repo.`,
      );
    else found.set(wanted, entry);
  }
  const entry = found.get(printRef(ref)) ?? found.get(printRepository(ref));
  if (entry === undefined)
    return { url: `https://${printRepository(ref)}.git`, credentials: undefined };
  const [key, value] = entry;
  try {
    if (typeof value !== "string") throw new KugetsuError("invalid", "Not a clone URL: no text.");
    return apart(value, home.root);
  } catch (error) {
    if (!(error instanceof KugetsuError)) throw error;
    throw new KugetsuError("invalid", `${home.repos}: ${quote(key)}: ${error.message}`, {
      hint: "It is an address that `git clone` takes: https://…, ssh://…, git@host:path, or an absolute path.",
    });
  }
}

function parseRepos(text: string, path: string): CloneUrls {
  let parsed: unknown;
  try {
    parsed = text.trim() === "" ? {} : JSON.parse(text);
  } catch (cause) {
    // V8's words quote what stands there, which may hold a password.
    const [, line] = /\(line (\d+) column \d+\)/.exec(String(cause)) ?? [];
    throw new KugetsuError(
      "invalid",
      `${path}${line === undefined ? "" : ` line ${line}`} is no JSON.`,
      {
        hint: 'It is one object: {"instance/user/repo": "https://…"}.',
      },
    );
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new KugetsuError("invalid", `${path} is no JSON object.`, {
      hint: 'It is one object: {"instance/user/repo": "https://…"}.',
    });
  }
  return Object.entries(parsed);
}

/** The key as a ref or a repository is printed; the shell version's document has a blank in place of a slash. */
function normalKey(key: string): string | undefined {
  const text = key.trim().replaceAll(/[ \t]+/g, "/");
  const isRef = text.includes("#");
  try {
    const ref = parseRef(isRef ? text : `${text}#1`);
    return isRef ? printRef(ref) : printRepository(ref);
  } catch {
    return undefined;
  }
}

/** @throws KugetsuError `invalid` that does not quote it */
function apart(text: string, root: string): Source {
  const url = /^https?:\/\//.test(text) ? URL.parse(text) : null;
  if (url !== null && (url.username !== "" || url.password !== "")) {
    const credentials = { username: decoded(url.username), password: decoded(url.password) };
    [url.username, url.password] = ["", ""];
    addressKind(url.href);
    return { url: url.href, credentials };
  }
  if (addressKind(text) === "local") assertOutside(text, root);
  return { url: text, credentials: undefined };
}

/** What agents can write must never be taken for the repository that they work on. */
function assertOutside(address: string, root: string): void {
  const path = localPath(address);
  if (path === root || path.startsWith(`${root}/`))
    throw new KugetsuError("invalid", "Not a clone URL: it lies in KUGETSU_HOME.");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 120));
}
