import { lookup } from "node:dns/promises";
import { BlockList } from "node:net";
import { adviceFor } from "../../forge/unreachable.ts";

/** Why an address does not lead to the running server, as seen from here. */
export interface Unreached {
  readonly words: string;
  readonly advice: string;
}

const PATIENCE_MS = 5_000;

/** Asks the public address for the server and for the hook; undefined: both answer as they should. */
export async function whyNotReached(
  publicUrl: string,
  hookUrl: string,
): Promise<Unreached | undefined> {
  const health = `${publicUrl}/healthz`;
  try {
    const alive = await ask(health);
    if (!alive.ok || !/^\{"status":"alive"\}$/.test((await alive.text()).slice(0, 100))) {
      return {
        words: `${health} answers ${alive.status}, and it is not kugetsu that answers.`,
        advice:
          "Let KUGETSU_PUBLIC_URL be the address of this server, and the proxy before it pass on /webhooks, /healthz and /setup.",
      };
    }
    // A hook that is there is only posted to.
    const hook = await ask(hookUrl);
    if (hook.status === 405) return undefined;
    return {
      words: `${hookUrl} answers ${hook.status}: that server does not know this webhook.`,
      advice:
        "Does it run on another KUGETSU_HOME, or as another program before it? Both have to be the same home.",
    };
  } catch (error) {
    return {
      words: `${health} cannot be reached from here.`,
      advice: `${adviceFor(error) ?? "It does not answer in time."} KUGETSU_PUBLIC_URL has to be the address at which the forge reaches this server.`,
    };
  }
}

async function ask(address: string): Promise<Response> {
  return fetch(address, { redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS) });
}

/** The entry of Gitea's ALLOWED_HOST_LIST that lets deliveries to that address leave; undefined: the default does. */
export async function allowedHostEntry(publicUrl: string): Promise<string | undefined> {
  const host = new URL(publicUrl).hostname.replace(/^\[|\]$/g, "");
  const found = await lookup(host, { all: true }).catch(() => []);
  const is = (list: BlockList) =>
    found.some(({ address, family }) => list.check(address, family === 6 ? "ipv6" : "ipv4"));
  if (is(LOOPBACK)) return "loopback";
  if (is(PRIVATE)) return "private";
  return is(OTHER) ? host : undefined;
}

// As Gitea divides them; its `external` is all that is none of these.
const LOOPBACK = networks(["127.0.0.0", 8], ["::1", 128]);
const PRIVATE = networks(["10.0.0.0", 8], ["172.16.0.0", 12], ["192.168.0.0", 16], ["fc00::", 7]);
const OTHER = networks(["0.0.0.0", 8], ["169.254.0.0", 16], ["::", 128], ["fe80::", 10]);

function networks(...all: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of all)
    list.addSubnet(network, prefix, network.includes(":") ? "ipv6" : "ipv4");
  return list;
}
