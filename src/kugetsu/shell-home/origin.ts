import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";

/** An address that a clone's configuration names as its origin, without any user or password; a stranger's words. */
export async function originOf(clone: string): Promise<string | undefined> {
  const directory = join(clone, ".git");
  // A link on the way could lead anywhere.
  if ((await lstat(directory).catch(() => undefined))?.isDirectory() !== true) return undefined;
  const path = join(directory, "config");
  const found = await lstat(path).catch(() => undefined);
  if (found?.isFile() !== true || found.size > MAX_BYTES) return undefined;
  return withoutUser(urlIn(await readFile(path, "utf8")));
}

const MAX_BYTES = 256 * 1024;

/** Read as text and never by git: what else stands in there must not have any effect. */
function urlIn(config: string): string | undefined {
  let isOrigin = false;
  for (const line of config.split("\n")) {
    if (/^\s*\[/.test(line)) isOrigin = /^\s*\[remote "origin"\]\s*$/.test(line);
    const [, url] = /^\s*url\s*=\s*"?([^"\s]+)"?\s*$/.exec(line) ?? [];
    if (isOrigin && url !== undefined) return url;
  }
  return undefined;
}

function withoutUser(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || !["https:", "http:"].includes(url.protocol)) return text.replace(/^.*@/, "");
  url.username = "";
  url.password = "";
  url.search = "";
  url.hash = "";
  return url.href;
}
