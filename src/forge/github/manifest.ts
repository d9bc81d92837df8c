import { KugetsuError } from "../../kugetsu/errors.ts";
import { understood } from "../gitea/call.ts";
import { field, nameOf, positive, text } from "../gitea/fields.ts";
import { gitHubAddress } from "./address.ts";
import { account } from "./account.ts";
import { call } from "./call.ts";
import { clientClass } from "./client.ts";

/** An App that GitHub has made. */
export interface MadeApp {
  readonly id: number;
  readonly slug: string;
  /** Login of the account that owns it. */
  readonly owner: string;
  /** PEM. */
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** Its page. */
  readonly page: string;
}

/**
 * Gets what GitHub made of a manifest, which it tells once.
 * @throws KugetsuError `not_found` for a code that does not count (any more)
 */
export async function convertManifest(
  at: { readonly url: string; readonly apiUrl: string | undefined },
  code: string,
): Promise<MadeApp> {
  if (!/^[\w-]{1,200}$/.test(code))
    throw new KugetsuError("not_found", "That is no code of GitHub's.");
  const address = gitHubAddress(at.url, at.apiUrl);
  const Client = clientClass({
    address,
    timeoutMs: 15_000,
    fetch: undefined,
    now: Date.now,
    paced: false,
  });
  const what = "get the App that GitHub made";
  const { data } = await call(what, () => new Client().rest.apps.createFromManifest({ code }));
  const slug = understood(what, nameOf(field(data, "slug")));
  const page = text(field(data, "html_url"), 1_000);
  return {
    id: understood(what, positive(field(data, "id"))),
    slug,
    owner: understood(what, account(field(data, "owner"))?.login),
    privateKey: understood(what, text(field(data, "pem"), 64 * 1024)),
    webhookSecret: understood(what, text(field(data, "webhook_secret"), 1_000)),
    // A page elsewhere is none of this GitHub's.
    page: page?.startsWith(`${address.url}/`) === true ? page : `${address.url}/apps/${slug}`,
  };
}
