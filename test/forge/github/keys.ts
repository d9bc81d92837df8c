import { createVerify, generateKeyPairSync } from "node:crypto";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** A private key of a GitHub App, in both of its forms. */
export const PKCS1 = String(privateKey.export({ type: "pkcs1", format: "pem" }));
export const PKCS8 = String(privateKey.export({ type: "pkcs8", format: "pem" }));

/** What a JSON web token says, if that key signed it; undefined for anything else. */
export function signed(authorization: string | undefined): Record<string, unknown> | undefined {
  const [head, claims, signature] = authorization?.replace(/^bearer /i, "").split(".") ?? [];
  if (head === undefined || claims === undefined || signature === undefined) return undefined;
  const isRight = createVerify("RSA-SHA256")
    .update(`${head}.${claims}`)
    .verify(publicKey, signature, "base64url");
  return isRight
    ? (JSON.parse(Buffer.from(claims, "base64url").toString()) as Record<string, unknown>)
    : undefined;
}
