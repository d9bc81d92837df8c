import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLfsStore } from "../../../src/kugetsu/lfs/store.ts";

const CONTENT = "a large picture\n";
const OID = createHash("sha256").update(CONTENT).digest("hex");
const POINTER = { oid: OID, size: CONTENT.length };
const OBJECT = `/objects/${OID}`;

const inAMonth = () => Date.now() + 31 * 24 * 60 * 60_000;

type Answer = (request: IncomingMessage, response: ServerResponse, url: string) => void;

/** A server of that behaviour, and what a store got from it. */
async function fetchFrom(answer: Answer) {
  await using setup = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), "kugetsu-lfs-"));
  setup.defer(async () => rm(root, { recursive: true, force: true }));
  const seen: { url: string; authorization: string | undefined }[] = [];
  let url = "";
  const server = createServer((request, response) => {
    seen.push({ url: request.url ?? "", authorization: request.headers.authorization });
    answer(request, response, url);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  setup.defer(async () => {
    server.closeAllConnections();
    server.close();
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { username: "bot", password: "the-token" };
  let text: string | undefined;
  let got: unknown;
  {
    await using store = await openLfsStore({ home: root, key: "shop" });
    const found = (
      await store.fetch([POINTER], { source: { url: `${url}/olivia/shop`, credentials } })
    ).get(OID);
    got = typeof found === "object" ? "there" : found;
    if (typeof found === "object") text = await readFile(found.file, "utf8");
  }
  return {
    got,
    text,
    seen,
    left: await readdir(join(root, "tmp")),
    cached: await readdir(join(root, "lfs", "shop")),
  };
}

const batch =
  (href: (url: string) => unknown, more: object = {}): Answer =>
  (request, response, url) => {
    if (request.url !== OBJECT)
      response.end(
        JSON.stringify({
          objects: [{ ...POINTER, actions: { download: { href: href(url), ...more } } }],
        }),
      );
    else response.end(CONTENT);
  };

test("an object comes with the credentials that git has, and is kept", async () => {
  const { got, text, seen, cached } = await fetchFrom(batch((url) => url + OBJECT));
  expect({ got, text, cached }).toEqual({ got: "there", text: CONTENT, cached: [OID] });
  const authorization = `Basic ${Buffer.from("bot:the-token").toString("base64")}`;
  expect(seen).toEqual([
    { url: "/olivia/shop.git/info/lfs/objects/batch", authorization },
    { url: OBJECT, authorization },
  ]);
});

test("what the forge wants to be told for the object goes there", async () => {
  const header = { Authorization: "Bearer of-the-forge", Host: "evil.example", "x y": "z" };
  const { got, seen } = await fetchFrom(batch((url) => url + OBJECT, { header }));
  expect(got).toBe("there");
  expect(seen[1]?.authorization).toBe("Bearer of-the-forge");
});

test.each([
  ["another host", () => `http://localhost:9/objects/${OID}`],
  ["another port", () => `http://127.0.0.1:9/objects/${OID}`],
  ["a password in it", (url: string) => `${url.replace("//", "//a:b@")}${OBJECT}`],
  ["another kind of address", () => "file:///etc/passwd"],
])("an address with %s is not followed", async (_what, href) => {
  const { got, seen } = await fetchFrom(batch(href));
  expect(got).toBe("elsewhere");
  expect(seen).toHaveLength(1);
});

test.each<[string, Answer, string]>([
  ["no JSON", (_request, response) => response.end("<html>"), "unreachable"],
  [
    "a redirect",
    (_request, response) => response.writeHead(302, { location: "/" }).end(),
    "unreachable",
  ],
  ["endless words", (_request, response) => response.end(" ".repeat(5_000_000)), "unreachable"],
  ["no list", (_request, response) => response.end('{"objects":{}}'), "unreachable"],
  [
    "another transfer",
    (_request, response) => response.end('{"transfer":"ssh","objects":[]}'),
    "unreachable",
  ],
  ["another object", (_request, response) => response.end('{"objects":[{"oid":"x"}]}'), "missing"],
  ["no address", batch(() => 5), "missing"],
])("an answer with %s costs nothing", async (_what, answer, why) => {
  const { got, cached } = await fetchFrom(answer);
  expect(got).toBe(why);
  expect(cached).toEqual([]);
});

test.each<[string, (response: ServerResponse) => void, string]>([
  ["too short", (response) => response.end(CONTENT.slice(1)), "damaged"],
  ["too long", (response) => response.end(CONTENT + CONTENT), "damaged"],
  ["another", (response) => response.end(CONTENT.toUpperCase()), "damaged"],
  ["led away", (response) => response.writeHead(302, { location: "/x" }).end(), "elsewhere"],
  ["gone", (response) => response.writeHead(404).end(), "missing"],
  ["cut off", (response) => response.destroy(), "unreachable"],
])("a content that is %s is not kept", async (_what, send, why) => {
  const { got, cached, left } = await fetchFrom((request, response, url) => {
    if (request.url === OBJECT) send(response);
    else batch((at) => at + OBJECT)(request, response, url);
  });
  expect(got).toBe(why);
  expect(cached).toEqual([]);
  expect(left).toEqual([]);
});

test("what nobody asked for in a month goes", async () => {
  const home = await mkdtemp(join(tmpdir(), "kugetsu-lfs-"));
  try {
    const kept = join(home, "lfs", "shop");
    await mkdir(kept, { recursive: true });
    await writeFile(join(kept, OID), CONTENT);
    await writeFile(join(kept, "0".repeat(64)), "old");
    {
      await using store = await openLfsStore({ home, key: "shop", now: inAMonth });
      const source = { url: "http://127.0.0.1:9/olivia/shop", credentials: undefined };
      expect((await store.fetch([POINTER], { source })).get(OID)).toEqual({
        file: join(kept, OID),
      });
    }
    expect(await readdir(kept)).toEqual([OID]);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
