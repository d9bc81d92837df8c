import { createHmac } from "node:crypto";
import type { DeliveryStyle, Sending } from "../deliveries.ts";
import type { Hook } from "../records.ts";

/** How GitHub sends deliveries: 10 seconds, one line of JSON, and no signature without a secret. */
export const GITHUB_STYLE: DeliveryStyle = {
  json: (payload) => JSON.stringify(payload),
  headers: headersOf,
  timeoutMs: 10_000,
};

function headersOf(hook: Hook, id: string, sending: Sending): Record<string, string> {
  const secret = sending.secret ?? hook.secret;
  const isForm = hook.contentType === "form";
  // Unlike Gitea, GitHub signs what it sends: the form, not the JSON in it.
  const signed = isForm ? new URLSearchParams({ payload: sending.text }).toString() : sending.text;
  const sign = (algorithm: string) => createHmac(algorithm, secret).update(signed).digest("hex");
  return {
    Accept: "*/*",
    "User-Agent": "GitHub-Hookshot/760256b",
    "Content-Type": isForm ? "application/x-www-form-urlencoded" : "application/json",
    "X-GitHub-Delivery": id,
    "X-GitHub-Event": sending.type,
    "X-GitHub-Hook-ID": String(hook.id),
    "X-GitHub-Hook-Installation-Target-ID": String(hook.targetId),
    "X-GitHub-Hook-Installation-Target-Type": hook.target,
    ...(secret !== "" && {
      "X-Hub-Signature": `sha1=${sign("sha1")}`,
      "X-Hub-Signature-256": `sha256=${sign("sha256")}`,
    }),
    ...sending.headers,
  };
}
