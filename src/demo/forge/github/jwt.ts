import { verify } from "node:crypto";
import type { App } from "../records.ts";
import type { ForgeState } from "../state.ts";

const LONGEST_SECONDS = 600;
/** How far a claim may lie in the future by a clock that is ahead. */
const DRIFT_SECONDS = 60;

/** The App that signed it, or GitHub's words about what is wrong with it. */
export function verifyJwt(state: ForgeState, token: string): App | string {
  const [head = "", claims = "", signature = ""] = token.split(".");
  const header = decode(head);
  const { iss, iat, exp } = decode(claims);
  const app = [...state.apps.values()].find(
    (one) => String(one.id) === String(iss) || one.clientId === iss,
  );
  if (header["alg"] !== "RS256" || app === undefined) {
    return "A JSON web token could not be decoded";
  }
  const isSigned = verify(
    "RSA-SHA256",
    Buffer.from(`${head}.${claims}`),
    app.publicKey,
    Buffer.from(signature, "base64url"),
  );
  if (!isSigned) return "A JSON web token could not be decoded";
  const now = Math.floor(state.now() / 1000);
  if (typeof iat !== "number") return "Missing 'issued at' claim ('iat') in assertion";
  if (iat > now + DRIFT_SECONDS) {
    return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
  }
  if (typeof exp !== "number" || exp <= now) {
    return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
  }
  if (exp > now + LONGEST_SECONDS) {
    return "'Expiration time' claim ('exp') is too far in the future";
  }
  return app;
}

export function looksLikeJwt(credential: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(credential);
}

function decode(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
