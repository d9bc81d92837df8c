import { Webhooks } from "@octokit/webhooks";

// Gitea signs twice, Forgejo a third time; the first header that is there decides alone, so that a wrong one is
// never made good by another.
const BARE_HEX_HEADERS = ["X-Gitea-Signature", "X-Forgejo-Signature", "X-Gogs-Signature"];

/**
 * Whether one of the secrets signed exactly these bytes (HMAC-SHA-256). Never throws: what is missing, empty or
 * malformed is simply not signed. Several secrets are for rotation.
 */
export async function verifySignature(
  body: Uint8Array,
  headers: Headers,
  secrets: readonly string[],
): Promise<boolean> {
  const signature = claimedSignature(headers);
  const text = decode(body);
  if (signature === undefined || text === undefined || text === "") return false;
  for (const secret of secrets) {
    // An empty secret is one that is not set: it must never verify what anybody could sign.
    if (secret !== "" && (await new Webhooks({ secret }).verify(text, signature))) return true;
  }
  return false;
}

function claimedSignature(headers: Headers): string | undefined {
  const prefixed = headers.get("X-Hub-Signature-256");
  if (prefixed !== null) return /^sha256=[0-9a-f]{64}$/.test(prefixed) ? prefixed : undefined;
  for (const name of BARE_HEX_HEADERS) {
    const bare = headers.get(name);
    if (bare !== null) return /^[0-9a-f]{64}$/.test(bare) ? `sha256=${bare}` : undefined;
  }
  return undefined;
}

/**
 * The verifier takes text and hashes its UTF-8. Only a body whose text gives the same bytes back may pass: nothing is
 * replaced (`fatal`) and a byte order mark is kept (`ignoreBOM`, whose name says the opposite of what it does).
 */
function decode(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}
