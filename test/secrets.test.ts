import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createMask } from "../src/secrets.ts";

const token = "0123456789abcdef0123456789abcdef01234567";
const password = 'p@ss/w"rd\\+ ünï<&>';
const key =
  "-----BEGIN KEY-----\nMIIabcdefghijklmnopqrstuvwx\nABCDEFGHIJKLMNOPQRSTUVWX\n-----END KEY-----";
const secrets = (): string[] => [token, password, key, "short"];
const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe.each([
  ["a token", token],
  ["a password with every kind of character", password],
  ["a key of several lines", key],
])("%s is masked", (_, secret) => {
  it.each([
    ["as it is", secret],
    ["URL-encoded", encodeURIComponent(secret)],
    [
      "URL-encoded in lower case",
      encodeURIComponent(secret).replaceAll(/%../g, (code) => code.toLowerCase()),
    ],
    ["in a form", new URLSearchParams({ s: secret }).toString().slice(2)],
    ["in JSON", JSON.stringify(secret).slice(1, -1)],
    ["in JSON in JSON", JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ["in hex", Buffer.from(secret).toString("hex")],
    ["in upper case hex", Buffer.from(secret).toString("hex").toUpperCase()],
  ])("%s", (_form, text) => {
    expect(createMask(secrets)(`before ${text} behind`)).toBe("before *** behind");
  });

  it.each([
    ["alone", base64(secret)],
    ["behind one character", base64(`:${secret}`)],
    ["behind two", base64(`x:${secret}`)],
    ["behind three, with a tail", base64(`xy:${secret}tail`)],
    ["URL-safe", Buffer.from(`a:${secret}`).toString("base64url")],
  ])("in base64 %s", (_form, text) => {
    const masked = createMask(secrets)(`before ${text} behind`);
    expect(masked).toContain("***");
    // What stays is at most the characters around it.
    expect(masked.length).toBeLessThan("before *** behind".length + 14);
  });
});

describe("a mask", () => {
  it("finds a secret that Markdown has escaped and broken up", () => {
    const mask = createMask(() => ["tok_@abc#1_xyz", "p@ssword"]);
    expect(mask("tok\\_@\u200Babc#\u200B1\\_xyz and p\\@\u200Bssword")).toBe("*** and ***");
  });

  it("finds one line of a key", () => {
    expect(createMask(secrets)("log: MIIabcdefghijklmnopqrstuvwx")).toBe("log: ***");
  });

  it("takes the longest first", () => {
    expect(createMask(() => ["abcdefgh", "abcdefghij"])("abcdefghijk")).toBe("***k");
  });

  it("leaves short words and other text alone", () => {
    expect(createMask(secrets)("a short text, 0123456789abcde")).toBe(
      "a short text, 0123456789abcde",
    );
    expect(createMask(() => [])("text")).toBe("text");
  });

  it("asks for the secrets at every call", () => {
    const known = ["first-secret"];
    const mask = createMask(() => known);
    expect(mask("second-secret")).toBe("second-secret");
    known.push("second-secret");
    expect(mask("second-secret")).toBe("***");
  });

  it("hides secrets that overlap as one", () => {
    expect(createMask(() => ["abcdefgh\\ij", "ghijklmnop"])("abcdefgh\\ijklmnop.")).toBe("***.");
  });

  it("knows the key of a GitHub App at once", () => {
    const format = { type: "pkcs1", format: "pem" } as const;
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: format,
      privateKeyEncoding: format,
    });
    const begun = performance.now();
    expect(createMask(() => [privateKey])(`key ${privateKey}`)).toMatch(/^key \*\*\*\s*$/);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  it("reads a megabyte quickly", () => {
    const many = Array.from({ length: 20 }, (_, n) => `${n}${token}${n}`);
    const mask = createMask(() => many);
    const begun = performance.now();
    mask("0123456789abcde \\\\\\ ".repeat(50_000));
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
