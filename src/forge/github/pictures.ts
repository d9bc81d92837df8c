import { readAttachment } from "../attachment.ts";
import type { IssueAddress, Pictures } from "../forge.ts";
import { issueSegments } from "../gitea/address.ts";
import { field, text } from "../gitea/fields.ts";
import type { Ask } from "./access.ts";
import type { GitHubAddress } from "./address.ts";
import { fromTheEnd, PAGE } from "./pages.ts";

export interface PicturesOptions {
  readonly address: GitHubAddress;
  readonly ask: Ask;
  /** The bot's token for that repository. */
  readonly token: () => Promise<string>;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch | undefined;
}

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const OWN = new RegExp(
  `^/(?:user-attachments/assets|[\\w.-]{1,100}/[\\w.-]{1,100}/assets/\\d{1,20})/(${UUID})$`,
  "i",
);
/** Hosts of GitHub's own that hold nothing but what people attached. */
const IMAGE_HOSTS = /^(?:private-)?user-images\.githubusercontent\.com$/;
const STORAGE =
  /^(?:[\w-]+\.githubusercontent\.com|github-production-user-asset-[0-9a-f]+\.s3\.amazonaws\.com)$/;
/** Addresses that open a picture to whoever has them, for some minutes. Their last part holds the picture's id. */
const SIGNED = /https:\/\/private-user-images\.githubusercontent\.com\/[^"'\s<>]{1,4000}/g;
/** Characters of one text that GitHub has drawn. */
const MAX_HTML = 2_000_000;
const COMMENT_PAGES = 3;

/**
 * What people attached on a GitHub. Those of a public repository are open to everybody. To those of a private one
 * GitHub lets some kinds of tokens, and others only through the addresses in the issue as it draws it. The token is
 * used in a private repository alone, so that a picture of one cannot be shown in a public one.
 */
export function gitHubPictures(at: IssueAddress, options: PicturesOptions): Pictures {
  const { address, ask } = options;
  const web = new URL(address.url);
  let drawn: Promise<readonly string[]> | undefined;

  const follows = (target: URL): boolean => {
    if (target.username + target.password !== "") return false;
    if (target.protocol !== "https:" && target.protocol !== web.protocol) return false;
    if (web.hostname === "github.com") return target.port === "" && STORAGE.test(target.hostname);
    // Within itself a GitHub sends nobody on but to its page for signing in.
    return target.hostname.endsWith(`.${web.hostname}`);
  };

  return {
    own(written) {
      const found = URL.parse(written);
      if (found === null || found.username + found.password !== "") return undefined;
      if (found.origin === web.origin && OWN.test(found.pathname))
        return `${web.origin}${found.pathname}`;
      const isImage = web.hostname === "github.com" && IMAGE_HOSTS.test(found.hostname);
      return isImage && found.protocol === "https:" && found.port === "" ? found.href : undefined;
    },

    async read(picture, signal) {
      const { timeoutMs, fetch } = options;
      const asking = { timeoutMs, fetch, signal, follows };
      const open = await readAttachment(picture, asking);
      if (open.kind !== "hidden" && open.kind !== "sign_in") return open;
      const id = OWN.exec(new URL(picture).pathname)?.[1];
      if (id === undefined) return { kind: "hidden" };
      if (open.kind === "hidden" && !(await isPrivate())) return open;
      const authorization = `token ${await options.token()}`;
      const known = await readAttachment(picture, { ...asking, authorization });
      if (known.kind !== "hidden" && known.kind !== "sign_in") return known;
      const signed = await signedAddress(id);
      const shown = signed === undefined ? undefined : await readAttachment(signed, asking);
      return shown === undefined || shown.kind === "sign_in" ? { kind: "hidden" } : shown;
    },
  };

  async function isPrivate(): Promise<boolean> {
    const { owner, name } = at;
    const what = "read the repository";
    const { data } = await ask(what, at, (rest) => rest.repos.get({ owner, repo: name }));
    return field(data, "private") !== false;
  }

  async function signedAddress(id: string): Promise<string | undefined> {
    if (!address.isHosted) return undefined;
    drawn ??= signedAddresses(ask, at);
    return (await drawn).find((one) => new URL(one).pathname.includes(id.toLowerCase()));
  }
}

/** The addresses of pictures in the issue and its newest comments, as GitHub draws these for the bot. */
async function signedAddresses(ask: Ask, at: IssueAddress): Promise<readonly string[]> {
  const [owner, repo, issue_number] = issueSegments(at);
  const mediaType = { format: "full" };
  const found: string[] = [];
  const take = (value: unknown) => {
    const html = (text(field(value, "body_html"), MAX_HTML) ?? "").replaceAll("&amp;", "&");
    found.push(...[...html.matchAll(SIGNED)].map(([one]) => one));
  };
  const issue = await ask("read the issue", at, (rest) =>
    rest.issues.get({ owner, repo, issue_number, mediaType }),
  );
  take(issue.data);
  const what = "read the comments";
  const read = (page: number) =>
    ask(what, at, (rest) =>
      rest.issues.listComments({ owner, repo, issue_number, per_page: PAGE, page, mediaType }),
    );
  await fromTheEnd(what, read, COMMENT_PAGES, (items) => {
    for (const one of items) take(one);
    return false;
  });
  return found.filter((one) => URL.canParse(one));
}
