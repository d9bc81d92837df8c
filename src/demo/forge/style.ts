import { createHmac } from "node:crypto";
import type { DeliveryStyle, Sending } from "./deliveries.ts";
import { eventName } from "./events.ts";
import { goJson } from "./json/go.ts";
import type { Hook } from "./records.ts";

/** How Gitea sends deliveries, with its default timeout. */
export const GITEA_STYLE: DeliveryStyle = {
  json: (payload) => goJson(payload, 2),
  headers: headersOf,
  timeoutMs: 5000,
};

function headersOf(hook: Hook, id: string, sending: Sending): Record<string, string> {
  const secret = sending.secret ?? hook.secret;
  const sign = (algorithm: string) =>
    secret === "" ? "" : createHmac(algorithm, secret).update(sending.text).digest("hex");
  const sha256 = sign("sha256");
  const event = eventName(sending.type);
  return {
    "User-Agent": "Go-http-client/1.1",
    "Content-Type":
      hook.contentType === "form" ? "application/x-www-form-urlencoded" : "application/json",
    "X-GitHub-Delivery": id,
    "X-GitHub-Event": event,
    "X-GitHub-Event-Type": sending.type,
    "X-GitHub-Hook-Installation-Target-Type": hook.target,
    "X-Gitea-Delivery": id,
    "X-Gitea-Event": event,
    "X-Gitea-Event-Type": sending.type,
    "X-Gitea-Hook-Installation-Target-Type": hook.target,
    "X-Gitea-Signature": sha256,
    "X-Gogs-Delivery": id,
    "X-Gogs-Event": event,
    "X-Gogs-Event-Type": sending.type,
    "X-Gogs-Signature": sha256,
    "X-Hub-Signature": `sha1=${sign("sha1")}`,
    "X-Hub-Signature-256": `sha256=${sha256}`,
    ...(hook.authorization !== "" && { Authorization: hook.authorization }),
    ...sending.headers,
  };
}
