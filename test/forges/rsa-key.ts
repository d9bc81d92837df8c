import { generateKeyPairSync } from "node:crypto";

/** A key as GitHub makes one for an App. */
export function rsaKey(type: "pkcs1" | "pkcs8" = "pkcs1"): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return privateKey.export({ type, format: "pem" }).toString();
}

/** A private key that no App has. */
export function otherKey(): string {
  const { privateKey } = generateKeyPairSync("ed25519");
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
