import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { verifySignature } from "../../src/forge/signature.ts";
import { capturedDeliveries } from "./gitea/captured.ts";

const SECRET = "fixture-webhook-secret-0001";
const BODY = Buffer.from('{"action":"created"}');
const UNSIGNED = /-(?:no-secret-comment|receiver-answers-500|after-500)--/;

function hex(body: Uint8Array, secret = SECRET): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

function verify(headers: Record<string, string>, secrets = [SECRET], body: Uint8Array = BODY) {
  return verifySignature(body, new Headers(headers), secrets);
}

describe("a captured delivery", () => {
  test.each(capturedDeliveries().map((one) => [one.file, one] as const))(
    "%s",
    async (file, one) => {
      // A form delivery signs the JSON inside of it.
      const text = one.body.startsWith("payload=")
        ? (new URLSearchParams(one.body).get("payload") ?? "")
        : one.body;
      const signed = !UNSIGNED.test(file);
      expect(await verifySignature(Buffer.from(text), one.headers, [SECRET])).toBe(signed);
      expect(await verifySignature(Buffer.from(`${text} `), one.headers, [SECRET])).toBe(false);
      expect(await verifySignature(Buffer.from(text), one.headers, ["another-secret"])).toBe(false);
    },
  );
});

test("there are signed and unsigned ones among the captured", () => {
  const unsigned = capturedDeliveries().filter(({ file }) => UNSIGNED.test(file));
  expect([unsigned.length, capturedDeliveries().length]).toEqual([3, 61]);
});

describe("what verifies", () => {
  test("the prefixed header", async () => {
    expect(await verify({ "X-Hub-Signature-256": `sha256=${hex(BODY)}` })).toBe(true);
  });
  test.each(["X-Gitea-Signature", "X-Forgejo-Signature", "X-Gogs-Signature"])(
    "bare hex in %s, without the prefixed one",
    async (name) => {
      expect(await verify({ [name]: hex(BODY) })).toBe(true);
    },
  );
  test("either of two secrets, while they are changed", async () => {
    const secrets = ["the-new-one", SECRET];
    for (const secret of secrets) {
      expect(await verify({ "X-Hub-Signature-256": `sha256=${hex(BODY, secret)}` }, secrets)).toBe(
        true,
      );
    }
  });
  test("a body that starts with a byte order mark", async () => {
    const body = Buffer.from("\uFEFF{}");
    expect(await verify({ "X-Gitea-Signature": hex(body) }, [SECRET], body)).toBe(true);
    expect(await verify({ "X-Gitea-Signature": hex(Buffer.from("{}")) }, [SECRET], body)).toBe(
      false,
    );
  });
});

describe("what does not verify", () => {
  const good = hex(BODY);
  test.each<[string, Record<string, string>]>([
    ["no header at all", {}],
    ["an empty signature", { "X-Hub-Signature-256": "sha256=" }],
    ["an empty header", { "X-Hub-Signature-256": "" }],
    ["one without its prefix", { "X-Hub-Signature-256": good }],
    ["a short one", { "X-Hub-Signature-256": `sha256=${good.slice(0, 63)}` }],
    ["a long one", { "X-Hub-Signature-256": `sha256=${good}0` }],
    ["what is not hex", { "X-Hub-Signature-256": `sha256=${"z".repeat(64)}` }],
    ["upper case", { "X-Hub-Signature-256": `sha256=${good.toUpperCase()}` }],
    ["several in one header", { "X-Hub-Signature-256": `sha256=${good}, sha256=${good}` }],
    ["several bare ones", { "X-Gitea-Signature": `${good}, ${good}` }],
    ["another's", { "X-Hub-Signature-256": `sha256=${hex(BODY, "other")}` }],
    ["SHA-1 alone", { "X-Hub-Signature": "sha1=9a116bd13e926d5cc9ca3796f57138442b4c1c3f" }],
    [
      "a wrong prefixed one beside a good bare one",
      { "X-Hub-Signature-256": "sha256=", "X-Gitea-Signature": good },
    ],
    ["an empty bare one beside a good one", { "X-Gitea-Signature": "", "X-Gogs-Signature": good }],
  ])("%s", async (_, headers) => {
    expect(await verify(headers)).toBe(false);
  });

  test("no secret, or an empty one", async () => {
    const headers = { "X-Hub-Signature-256": `sha256=${hex(BODY, "")}` };
    expect(await verify(headers, [])).toBe(false);
    expect(await verify(headers, [""])).toBe(false);
  });
  test("an empty body", async () => {
    const body = new Uint8Array();
    expect(await verify({ "X-Gitea-Signature": hex(body) }, [SECRET], body)).toBe(false);
  });
  test("bytes that are no UTF-8, also where the replaced text would match", async () => {
    const body = Uint8Array.of(0x22, 0xff, 0x22);
    for (const signed of [body, Buffer.from(new TextDecoder().decode(body))]) {
      expect(await verify({ "X-Gitea-Signature": hex(signed) }, [SECRET], body)).toBe(false);
    }
  });
});
