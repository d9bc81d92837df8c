import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createGitHub } from "../../../src/forge/github.ts";

const ID = "0a1b2c3d-0000-4000-8000-0123456789ab";
const ASSET = `https://github.com/user-attachments/assets/${ID}`;
const SIGNED = `https://private-user-images.githubusercontent.com/7/9-${ID}.png?jwt=abc&x=y`;
const STORED = "https://github-production-user-asset-6210df.s3.amazonaws.com/7/9";
const AT = { owner: "olivia", name: "shop", number: 7 };
const signal = new AbortController().signal;

interface Exchange {
  readonly address: string;
  readonly authorization: string | null;
}

/** GitHub's own hosts as its answers describe them; what goes there is led to a server here. */
async function openGitHub(answer: (asked: Exchange) => Response) {
  const asked: Exchange[] = [];
  const server = createServer((request, response) => {
    const exchange = {
      address: String(request.headers["x-address"]),
      authorization: request.headers.authorization ?? null,
    };
    asked.push(exchange);
    const { status, headers, body } = described(answer(exchange));
    void body.then((bytes) => response.writeHead(status, headers).end(Buffer.from(bytes)));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const forge = createGitHub({
    auth: { kind: "token", token: "the-token" },
    fetch: async (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set("x-address", input instanceof Request ? input.url : String(input));
      return fetch(here, { ...init, headers });
    },
  });
  return {
    asked,
    read: (address: string) => forge.pictures(AT).read(address, signal),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function described(response: Response) {
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: response.arrayBuffer(),
  };
}

const to = (location: string) => new Response(null, { status: 302, headers: { location } });
const gone = () => new Response("Not Found", { status: 404 });

test.each([
  ASSET,
  `https://github.com/olivia/shop/assets/123/${ID}`,
  SIGNED,
  "https://user-images.githubusercontent.com/7/9-a.png",
])("its own attachment is known: %s", (written) => {
  const pictures = createGitHub({ auth: { kind: "token", token: "t" } }).pictures(AT);
  expect(pictures.own(written)).toBe(written);
});

test.each([
  `/user-attachments/assets/${ID}`,
  `http://github.com/user-attachments/assets/${ID}`,
  `https://github.com.evil.test/user-attachments/assets/${ID}`,
  `https://x:y@github.com/user-attachments/assets/${ID}`,
  `https://github.com/user-attachments/assets/../../login`,
  `https://api.github.com/user-attachments/assets/${ID}`,
  "https://raw.githubusercontent.com/olivia/shop/main/x.png",
  "https://user-images.githubusercontent.com.evil.test/7/9-a.png",
  "https://github.com/olivia/shop/raw/main/x.png",
])("%s is not its own", (written) => {
  const pictures = createGitHub({ auth: { kind: "token", token: "t" } }).pictures(AT);
  expect(pictures.own(written)).toBeUndefined();
});

test("a GitHub Enterprise keeps its attachments itself", () => {
  const url = "https://code.example.org";
  const pictures = createGitHub({ url, auth: { kind: "token", token: "t" } }).pictures(AT);
  const own = `${url}/user-attachments/assets/${ID}`;
  expect([own, ASSET, SIGNED].map((one) => pictures.own(one))).toEqual([own, undefined, undefined]);
});

test("one of a public repository is read from GitHub's storage, without the token", async () => {
  await using github = await openGitHub(({ address }) =>
    address === ASSET ? to(STORED) : new Response("a picture"),
  );
  expect(await github.read(ASSET)).toEqual({ kind: "read", bytes: Buffer.from("a picture") });
  expect(github.asked).toEqual([
    { address: ASSET, authorization: null },
    { address: STORED, authorization: null },
  ]);
});

test("what is hidden in a public repository is not asked for with the token", async () => {
  await using github = await openGitHub(({ address }) =>
    address === ASSET ? gone() : Response.json({ private: false }),
  );
  expect(await github.read(ASSET)).toEqual({ kind: "hidden" });
  expect(github.asked.filter(({ authorization }) => authorization !== null)).toMatchObject([
    { address: "https://api.github.com/repos/olivia/shop" },
  ]);
});

test("one of a private repository is read with the token, which its storage never gets", async () => {
  await using github = await openGitHub(({ address, authorization }) => {
    if (address.startsWith("https://api.github.com/")) return Response.json({ private: true });
    if (address === ASSET) return authorization === null ? gone() : to(STORED);
    return new Response("a picture");
  });
  expect(await github.read(ASSET)).toMatchObject({ kind: "read" });
  expect(github.asked.slice(-2)).toEqual([
    { address: ASSET, authorization: "token the-token" },
    { address: STORED, authorization: null },
  ]);
});

test("where the token opens nothing, the issue as GitHub draws it does", async () => {
  await using github = await openGitHub(({ address }) => {
    if (address === SIGNED) return new Response("a picture");
    if (address.endsWith("/repos/olivia/shop")) return Response.json({ private: true });
    if (address.endsWith("/issues/7")) return Response.json({ body_html: "<p>no picture</p>" });
    if (address.includes("/issues/7/comments")) {
      const html = `<img src="${SIGNED.replace("&", "&amp;")}" alt="x">`;
      return Response.json([{ body_html: html }]);
    }
    return gone();
  });
  expect(await github.read(ASSET)).toMatchObject({ kind: "read" });
  expect(github.asked.at(-1)).toEqual({ address: SIGNED, authorization: null });
});

test.each(["https://evil.test/x.png", "http://169.254.169.254/", "https://github.com/login"])(
  "a redirect to %s is not followed",
  async (location) => {
    await using github = await openGitHub(({ address }) => {
      if (address.includes("/comments")) return Response.json([]);
      if (address.startsWith("https://api.github.com/")) return Response.json({ private: true });
      return address === ASSET ? to(location) : new Response("stolen");
    });
    const { kind } = await github.read(ASSET);
    expect(["elsewhere", "hidden"]).toContain(kind);
    const hosts = new Set(github.asked.map(({ address }) => new URL(address).host));
    expect([...hosts].filter((host) => !host.endsWith("github.com"))).toEqual([]);
  },
);
