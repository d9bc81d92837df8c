import { createHmac } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { deliveryId, readGiteaDelivery } from "../../src/forge/gitea/delivery.ts";
import { createApp } from "../../src/server/app.ts";
import { listen } from "../../src/server/listen.ts";

const SECRET = "fixture-webhook-secret-0001";
const MB = 1024 * 1024;

function signed(bytes: Uint8Array): Record<string, string> {
  return {
    "Content-Type": "application/json",
    "X-Gitea-Delivery": "1",
    "X-Gitea-Event-Type": "push",
    "X-Hub-Signature-256": `sha256=${createHmac("sha256", SECRET).update(bytes).digest("hex")}`,
  };
}

/** Sends a body in pieces until it ends or the answer is there. */
async function stream(url: string, headers: Record<string, string>, parts: Iterable<Uint8Array>) {
  const call = request(`${url}/webhooks/gitea`, { method: "POST", headers });
  call.setMaxListeners(0);
  // The server hangs up on what it does not want; the answer is there by then.
  call.on("error", () => undefined);
  let isAnswered = false;
  const answered = once(call, "response").then(([response]) => {
    isAnswered = true;
    return response as IncomingMessage;
  });
  let sent = 0;
  for (const piece of parts) {
    if (isAnswered) break;
    sent += piece.length;
    if (!call.write(piece)) await Promise.race([once(call, "drain"), answered]);
  }
  if (!isAnswered) call.end();
  const { statusCode: status } = await answered;
  call.destroy();
  return { status, sent };
}

function* pieces(size: number): Generator<Uint8Array> {
  const piece = Buffer.alloc(64 * 1024, "a");
  yield Buffer.from('"');
  for (let sent = 0; sent < size; sent += piece.length) yield piece;
  yield Buffer.from('"');
}

describe("the port", () => {
  let stack: AsyncDisposableStack;
  let logged: string[];
  const write = (_: object, message: string) => {
    logged.push(message);
  };
  beforeEach(() => {
    stack = new AsyncDisposableStack();
    logged = [];
  });
  afterEach(() => stack.disposeAsync());

  async function open(timeouts = {}) {
    const app = createApp({
      forges: new Map([
        ["gitea", { secrets: () => [SECRET], read: readGiteaDelivery, deliveryId }],
      ]),
      accept: async () => "accepted",
      readiness: async () => ({ parts: {}, forges: {} }),
      log: { debug: write, info: write, warn: write, error: write },
    });
    return stack.use(
      await listen({ fetch: (asked) => app.fetch(asked), host: "127.0.0.1", port: 0, timeouts }),
    );
  }

  test("tells its address, and answers there", async () => {
    const { url, port } = await open();
    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test("takes a signed body of 24 MB, with or without its length", async () => {
    const { url } = await open();
    const whole = Buffer.from(JSON.stringify({ text: "a".repeat(24 * MB) }));
    const direct = await fetch(`${url}/webhooks/gitea`, {
      method: "POST",
      headers: signed(whole),
      body: whole,
    });
    expect(direct.status).toBe(202);
    expect((await stream(url, signed(whole), [whole])).status).toBe(202);
  });

  test("refuses a larger body before it is read when it says its length", async () => {
    const { url } = await open();
    const answer = await stream(
      url,
      { ...signed(Buffer.from("")), "Content-Length": `${26 * MB}` },
      [Buffer.from('"')],
    );
    expect(answer.status).toBe(413);
  });

  test("refuses a larger body while it is read when it does not", async () => {
    const { url } = await open();
    const { status, sent } = await stream(url, signed(Buffer.from("")), pieces(200 * MB));
    expect(status).toBe(413);
    expect(sent).toBeLessThan(150 * MB);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test("hangs up on a body that comes too slowly", async () => {
    const { port } = await open({ headersMs: 100, requestMs: 300 });
    const socket = connect(port, "127.0.0.1");
    socket.write(
      "POST /webhooks/gitea HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    );
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
    await vi.waitFor(() => {
      expect(logged).toEqual(["A request was broken off before its end."]);
    });
  });

  test("hangs up on headers that come too slowly", async () => {
    const { port } = await open({ headersMs: 100, requestMs: 300 });
    const socket = connect(port, "127.0.0.1");
    socket.write("POST /webhooks/gitea HTTP/1.1\r\nHost: x\r\n");
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("says that it is taken", async () => {
    const { port } = await open();
    await expect(
      listen({ fetch: () => new Response(), host: "127.0.0.1", port }),
    ).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining(String(port)),
    });
  });

  test("says that the host is not of this machine", async () => {
    await expect(
      listen({ fetch: () => new Response(), host: "192.0.2.1", port: 0 }),
    ).rejects.toMatchObject({
      code: "invalid",
    });
  });

  test("lets a request finish when it is closed, and takes no new one", async () => {
    const begun = Promise.withResolvers<void>();
    const may = Promise.withResolvers<void>();
    const port = await listen({
      fetch: async () => {
        begun.resolve();
        await may.promise;
        return new Response("done");
      },
      host: "127.0.0.1",
      port: 0,
    });
    const answer = fetch(port.url);
    await begun.promise;
    const closed = port[Symbol.asyncDispose]();
    await expect(fetch(port.url)).rejects.toThrow("fetch failed");
    may.resolve();
    expect(await (await answer).text()).toBe("done");
    await closed;
  });

  test("cuts off what does not finish when it is closed", async () => {
    const begun = Promise.withResolvers<void>();
    const port = await listen({
      fetch: () => {
        begun.resolve();
        return new Promise<Response>(() => undefined);
      },
      host: "127.0.0.1",
      port: 0,
      timeouts: { closeMs: 50 },
    });
    const answer = fetch(port.url);
    const failed = answer.catch((error: unknown) => error);
    await begun.promise;
    await port[Symbol.asyncDispose]();
    expect(await failed).toBeInstanceOf(TypeError);
  });
});
