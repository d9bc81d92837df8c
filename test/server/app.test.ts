import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { deliveryId, readGiteaDelivery } from "../../src/forge/gitea/delivery.ts";
import { type AppOptions, createApp } from "../../src/server/app.ts";
import type { VerifiedDelivery } from "../../src/server/webhook.ts";

const SECRET = "fixture-webhook-secret-0001";
const LIMIT = 20_000;

function open(options: Partial<AppOptions> = {}) {
  const accepted: VerifiedDelivery[] = [];
  const logged: string[] = [];
  const write = (fields: object, message: string) => {
    logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  const app = createApp({
    forges: new Map([["gitea", { secrets: () => [SECRET], read: readGiteaDelivery, deliveryId }]]),
    accept: async (delivery) => {
      accepted.push(delivery);
      return "accepted";
    },
    readiness: async () => ({ parts: { database: true, forge: true }, forges: { gitea: true } }),
    log: { debug: write, info: write, warn: write, error: write },
    maxBodyBytes: LIMIT,
    ...options,
  });
  return { app, accepted, logged };
}

async function fixture(name: string): Promise<{ headers: Record<string, string>; body: string }> {
  return JSON.parse(
    await readFile(
      new URL(`../fixtures/gitea-1.26/deliveries/${name}.json`, import.meta.url),
      "utf8",
    ),
  );
}

function signed(body: string | Uint8Array, headers: Record<string, string> = {}) {
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  return {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-Gitea-Delivery": "3d9e0bb9-efd3-4bcb-842f-a3bf0c3be6cd",
      "X-Gitea-Event": "push",
      "X-Gitea-Event-Type": "push",
      "X-Hub-Signature-256": `sha256=${signature}`,
      ...headers,
    },
    body,
  };
}

const COMMENT = "012-comment-fix-by-owner--issue_comment.created";

describe("the webhook route", () => {
  test("accepts what Gitea sent, and hands the event on", async () => {
    const { app, accepted } = open();
    const { headers, body } = await fixture(COMMENT);
    const response = await app.request("/webhooks/gitea", { method: "POST", headers, body });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ status: "accepted" });
    expect(accepted).toMatchObject([
      {
        forge: "gitea",
        deliveryId: headers["x-gitea-delivery"],
        event: { kind: "words", action: "created", actor: { login: "olivia" } },
      },
    ]);
  });

  test("accepts an event that the bot does nothing with", async () => {
    const { app, accepted } = open();
    const { headers, body } = await fixture("001-hook-test--push");
    expect((await app.request("/webhooks/gitea", { method: "POST", headers, body })).status).toBe(
      202,
    );
    expect(accepted).toMatchObject([{ event: { kind: "other", name: "push" } }]);
  });

  test("answers 202 to a repeated delivery", async () => {
    const { app } = open({ accept: async () => "repeated" });
    const response = await app.request("/webhooks/gitea", signed("{}"));
    expect([response.status, await response.json()]).toEqual([202, { status: "repeated" }]);
  });

  test("accepts a content type with parameters and a hook's own path", async () => {
    const { app } = open();
    const request = signed("{}", { "Content-Type": "Application/JSON; charset=utf-8" });
    expect((await app.request("/webhooks/gitea/shop", request)).status).toBe(202);
  });

  test("takes the secrets anew each time and knows the hook, so that they can be changed", async () => {
    const hooks: (string | undefined)[] = [];
    let secrets = ["an-older-secret-than-that"];
    const route = {
      read: readGiteaDelivery,
      deliveryId,
      secrets: (hook: string | undefined) => {
        hooks.push(hook);
        return secrets;
      },
    };
    const { app } = open({ forges: new Map([["gitea", route]]) });
    expect((await app.request("/webhooks/gitea", signed("{}"))).status).toBe(401);
    secrets = [...secrets, SECRET];
    expect((await app.request("/webhooks/gitea/shop", signed("{}"))).status).toBe(202);
    expect(hooks).toEqual([undefined, "shop"]);
  });

  // Each request is wrong in everything that is checked after it, so the table shows the order too.
  const large = "x".repeat(LIMIT + 1);
  const unsigned = { "X-Hub-Signature-256": "" };
  const form = { "Content-Type": "application/x-www-form-urlencoded", ...unsigned };
  test.each([
    ["404 for an unknown forge", "/webhooks/github", signed(large, form), 404],
    ["404 for a property of every object", "/webhooks/constructor", signed("{}"), 404],
    ["404 without a forge", "/webhooks", signed("{}"), 404],
    ["404 with an empty hook", "/webhooks/gitea/", signed("{}"), 404],
    ["404 for a deeper path", "/webhooks/gitea/a/b", signed("{}"), 404],
    ["415 for a form", "/webhooks/gitea", signed(large, form), 415],
    [
      "415 for text",
      "/webhooks/gitea",
      signed(large, { "Content-Type": "text/plain", ...unsigned }),
      415,
    ],
    [
      "415 for a longer type",
      "/webhooks/gitea",
      signed("{}", { "Content-Type": "application/json2" }),
      415,
    ],
    ["415 without a type", "/webhooks/gitea", signed("{}", { "Content-Type": "" }), 415],
    ["413 for a large body", "/webhooks/gitea", signed(large, unsigned), 413],
    [
      "413 for a large announced body",
      "/webhooks/gitea",
      signed("{}", { "Content-Length": `${LIMIT + 1}` }),
      413,
    ],
    ["401 without a signature", "/webhooks/gitea", signed("not json", unsigned), 401],
    ["401 without a body", "/webhooks/gitea", { ...signed(""), body: null }, 401],
    ["401 for another body", "/webhooks/gitea", { ...signed("{}"), body: "{ }" }, 401],
    ["400 for no JSON", "/webhooks/gitea", signed("not json"), 400],
    ["400 for an unreadable event", "/webhooks/gitea", signed("[]"), 400],
    [
      "400 without a delivery's id",
      "/webhooks/gitea",
      signed("{}", { "X-Gitea-Delivery": "" }),
      400,
    ],
    ["202 for what is right", "/webhooks/gitea", signed("{}"), 202],
  ])("answers %s", async (_, path, request, status) => {
    const { app, accepted } = open();
    const response = await app.request(path, request);
    expect(response.status).toBe(status);
    expect(response.headers.get("Content-Type")).toContain("application/json");
    expect(accepted).toHaveLength(status === 202 ? 1 : 0);
  });

  test("answers 401 for bytes that are no UTF-8, since no such text was signed", async () => {
    const { app } = open();
    expect(
      (await app.request("/webhooks/gitea", signed(Buffer.from([0x22, 0xff, 0x22])))).status,
    ).toBe(401);
  });

  test("answers 401 to a delivery of a hook without a secret", async () => {
    const { app } = open();
    const { headers, body } = await fixture("056-no-secret-comment--issue_comment.created");
    expect((await app.request("/webhooks/gitea", { method: "POST", headers, body })).status).toBe(
      401,
    );
  });

  test("says of a form what to change", async () => {
    const { app } = open();
    const { headers, body } = await fixture("055-form-content-issue--issues");
    const response = await app.request("/webhooks/gitea", { method: "POST", headers, body });
    expect(response.status).toBe(415);
    expect(await response.text()).toContain("Set its content type to application/json");
  });

  test("answers 503 when it cannot be stored, and tells only the log why", async () => {
    const { app, logged } = open({
      accept: async () => {
        throw new Error("disk full: /secret/path");
      },
    });
    const response = await app.request("/webhooks/gitea", signed("{}"));
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain("disk");
    expect(logged.join()).toContain("could not be stored");
  });

  test("answers 500 without the words of a defect", async () => {
    const { app } = open({
      forges: new Map([
        [
          "gitea",
          {
            secrets: () => {
              throw new Error("internal words");
            },
            read: readGiteaDelivery,
            deliveryId,
          },
        ],
      ]),
    });
    const response = await app.request("/webhooks/gitea", signed("{}"));
    expect([response.status, await response.json()]).toEqual([500, { error: "Internal error." }]);
  });

  test.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])(
    "answers 405 to %s, and 404 where there is no forge",
    async (method) => {
      const { app } = open();
      const response = await app.request("/webhooks/gitea", { method });
      expect([response.status, response.headers.get("Allow")]).toEqual([405, "POST"]);
      expect((await app.request("/webhooks/other", { method })).status).toBe(404);
    },
  );
});

describe("health", () => {
  test.each(["GET", "HEAD"])("is told to %s", async (method) => {
    const { app } = open();
    for (const path of ["/healthz", "/readyz"])
      expect((await app.request(path, { method })).status).toBe(200);
  });

  test("names the parts that can be used", async () => {
    const { app } = open();
    expect(await (await app.request("/readyz")).json()).toEqual({
      status: "ready",
      parts: { database: true, forge: true },
      forges: { gitea: true },
    });
  });

  test("is there while one of two forges answers, and names the other", async () => {
    const forges = { gitea: true, work: false };
    const { app } = open({ readiness: async () => ({ parts: { forge: false }, forges }) });
    const response = await app.request("/readyz");
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        status: "ready",
        parts: { forge: false },
        forges,
        warnings: ["The forge work cannot be used."],
      },
    ]);
  });

  test.each([
    [
      "no forge answers",
      { parts: { database: true, forge: false }, forges: { a: false, b: false } },
    ],
    ["another part is away", { parts: { database: false, forge: true }, forges: { a: true } }],
  ])("is 503 when %s", async (_, readiness) => {
    const { app } = open({ readiness: async () => readiness });
    expect((await app.request("/readyz")).status).toBe(503);
  });

  test("is 503 on /readyz alone when a part cannot be used", async () => {
    const found = { parts: { database: true, forge: false }, forges: {} };
    const { app } = open({ readiness: async () => found });
    const response = await app.request("/readyz");
    expect([response.status, await response.json()]).toEqual([
      503,
      { status: "not ready", ...found },
    ]);
    expect((await app.request("/healthz")).status).toBe(200);
  });

  test("is 503 without words when it cannot be told", async () => {
    const { app } = open({
      readiness: async () => {
        throw new Error("internal words");
      },
    });
    const response = await app.request("/readyz");
    expect([response.status, await response.json()]).toEqual([
      503,
      { status: "not ready", parts: {}, forges: {} },
    ]);
  });

  test("is not changed by a POST", async () => {
    const { app } = open();
    expect((await app.request("/readyz", { method: "POST" })).status).toBe(405);
  });
});

test("every answer forbids embedding, sniffing and caching", async () => {
  const { app } = open();
  for (const path of ["/", "/healthz", "/webhooks/gitea", "/webhooks/other"]) {
    const { headers } = await app.request(path);
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    expect(headers.get("Cache-Control")).toBe("no-store");
  }
});
