import { readAttachment } from "../attachment.ts";
import type { Pictures } from "../forge.ts";

export interface PicturesOptions {
  /** The forge's address without a trailing slash. */
  readonly url: string;
  readonly token: string;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch | undefined;
  /** Whether only people whom it was opened to may read the repository whose words these are. */
  readonly isPrivate: () => Promise<boolean>;
}

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const OWN = new RegExp(`^(?:[\\w.-]{1,100}/[\\w.-]{1,100}/)?attachments/(${UUID})$`, "i");

/**
 * Attachments of a Gitea or Forgejo. Whatever path leads to one, it is its id alone that says which it is, and the
 * bot's token opens all that the bot may read: so the token is used in a private repository alone, and whoever knows an
 * id out of one cannot have it shown in a public one.
 */
export function giteaPictures(options: PicturesOptions): Pictures {
  const { url, token, isPrivate } = options;
  const root = new URL(`${url}/`);
  return {
    own(written) {
      const id = OWN.exec(pathBelow(root, written) ?? "")?.[1];
      return id === undefined ? undefined : `${url}/attachments/${id.toLowerCase()}`;
    },

    async read(address, signal) {
      const { timeoutMs, fetch } = options;
      // There is nothing to be led to, but a page for signing in and another server's storage.
      const asking = { timeoutMs, fetch, signal, follows: () => false };
      const open = await readAttachment(address, asking);
      if (open.kind !== "hidden" && open.kind !== "sign_in") return open;
      if (open.kind === "hidden" && !(await isPrivate())) return open;
      const authorization = `token ${token}`;
      const known = await readAttachment(address, { ...asking, authorization });
      return known.kind === "sign_in" ? { kind: "hidden" } : known;
    },
  };
}

/**
 * What follows the forge's own address; of one without a host, what follows its slash, since a forge puts its own path
 * before that when it draws a page.
 */
function pathBelow(root: URL, written: string): string | undefined {
  if (/^\/?[\w.-]/.test(written) && !written.includes(":")) {
    const path = written.replace(/^\//, "");
    const below = root.pathname.slice(1);
    return below !== "" && path.startsWith(below) ? path.slice(below.length) : path;
  }
  const address = URL.parse(written);
  if (address?.origin !== root.origin || address.username + address.password !== "")
    return undefined;
  return address.pathname.startsWith(root.pathname)
    ? address.pathname.slice(root.pathname.length)
    : undefined;
}
