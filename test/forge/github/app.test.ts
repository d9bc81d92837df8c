import { describe, expect, test } from "vitest";
import { createGitHub } from "../../../src/forge/github.ts";
import { PKCS1, PKCS8, signed } from "./keys.ts";
import { AT, issue, type Part, REPO, user } from "./published.ts";
import { type Exchange, replay } from "./replay.ts";

const ISSUE = `${REPO}/issues/7`;
const TOKENS = "/app/installations/30/access_tokens";
const FIND: Exchange = {
  path: `${REPO}/installation`,
  answer: { id: 30, account: user("olivia", 1) } satisfies Part<"installation">,
};

function give(token: string, more: Partial<Exchange> = {}): Exchange {
  const answer = {
    token,
    expires_at: "2026-01-02T04:04:05Z",
    permissions: { issues: "write" },
  } satisfies Part<"installation-token">;
  return { method: "POST", path: TOKENS, answer, ...more };
}

function appAt(
  { url }: { url: string },
  {
    accounts = ["olivia"],
    key = PKCS1,
    ...more
  }: { accounts?: string[]; key?: string; now?: () => number } = {},
) {
  return createGitHub({ url, auth: { kind: "app", id: 77, privateKey: key }, accounts, ...more });
}

test.each([
  ["PKCS#1", PKCS1],
  ["PKCS#8", PKCS8],
  ["PKCS#1 on one line, as an environment has it", PKCS1.replaceAll("\n", String.raw`\n`)],
])("logs in with a key in %s", async (_, key) => {
  await using server = await replay([
    FIND,
    give("ghs_0123456789"),
    { path: ISSUE, answer: issue() },
  ]);
  const forge = appAt(server, { key });
  expect(await forge.issue(AT)).toMatchObject({ number: 7 });
  expect(await forge.credentials("olivia", "shop")).toEqual({
    username: "x-access-token",
    password: "ghs_0123456789",
  });
  expect(server.asked).toEqual([`GET ${REPO}/installation`, `POST ${TOKENS}`, `GET ${ISSUE}`]);
  const [find, make, read] = server.authorizations;
  const now = Date.now() / 1000;
  for (const claims of [signed(find), signed(make)]) {
    expect(claims).toMatchObject({ iss: 77 });
    expect(Number(claims?.["exp"]) - now).toBeLessThan(600);
    expect(Number(claims?.["iat"])).toBeLessThan(now);
  }
  expect(read).toBe("token ghs_0123456789");
});

test("renews a token before it ends, by its own clock", async () => {
  let now = Date.now();
  await using server = await replay([
    FIND,
    give("ghs_first0000", { once: true }),
    give("ghs_second000"),
    { path: ISSUE, answer: issue() },
  ]);
  const forge = appAt(server, { now: () => now });
  await Promise.all([forge.issue(AT), forge.issue(AT)]);
  now += 49 * 60_000;
  expect(await forge.credentials("olivia", "shop")).toMatchObject({ password: "ghs_first0000" });
  now += 2 * 60_000;
  expect(await forge.credentials("Olivia", "shop")).toMatchObject({ password: "ghs_second000" });
  expect(server.asked.filter((one) => one.endsWith("installation"))).toHaveLength(1);
  expect(server.asked.filter((one) => one.endsWith("tokens"))).toHaveLength(2);
});

test("corrects its clock by GitHub's", async () => {
  const date = new Date(Date.now() - 3_600_000);
  const message =
    "'Expiration time' claim ('exp') is too far in the future - https://docs.github.com/rest";
  await using server = await replay([
    {
      ...FIND,
      status: 401,
      headers: { date: date.toUTCString() },
      answer: { message },
      once: true,
    },
    FIND,
    give("ghs_0123456789"),
  ]);
  await appAt(server).credentials("olivia", "shop");
  const corrected = Number(signed(server.authorizations[1])?.["iat"]);
  expect(Math.abs(corrected - date.getTime() / 1000)).toBeLessThan(120);
});

test("finds its installation anew after a token was refused", async () => {
  await using server = await replay([
    { ...FIND, once: true },
    give("ghs_revoked000"),
    { path: ISSUE, status: 401, once: true },
    { ...FIND, answer: { id: 31, account: user("olivia", 1) } },
    give("ghs_another000", { path: "/app/installations/31/access_tokens" }),
    { path: ISSUE, answer: issue() },
  ]);
  expect(await appAt(server).issue(AT)).toMatchObject({ number: 7 });
  expect(server.authorizations.at(-1)).toBe("token ghs_another000");
});

test("does not ask for ever with tokens that are refused", async () => {
  await using server = await replay([FIND, give("ghs_refused000"), { path: ISSUE, status: 401 }]);
  await expect(appAt(server).issue(AT)).rejects.toMatchObject({ code: "unavailable" });
  expect(server.asked.filter((one) => one === `GET ${ISSUE}`)).toHaveLength(2);
});

test("finds its installation anew where it was made anew while its token ended", async () => {
  let now = Date.now();
  await using server = await replay([
    { ...FIND, once: true },
    give("ghs_0123456789", { once: true }),
    give("", { status: 404 }),
    { ...FIND, answer: { id: 31, account: user("olivia", 1) } },
    give("ghs_another000", { path: "/app/installations/31/access_tokens" }),
    { path: ISSUE, answer: issue() },
  ]);
  const forge = appAt(server, { now: () => now });
  await forge.credentials("olivia", "shop");
  now += 51 * 60_000;
  expect(await forge.issue(AT)).toMatchObject({ number: 7 });
});

test("says of a limit that it is one account's, and of the App's own that it is not", async () => {
  const limit = { status: 429, headers: { "retry-after": "600" } } as const;
  await using server = await replay([
    { ...FIND, once: true },
    give("ghs_0123456789"),
    { path: ISSUE, ...limit },
    { path: "/repos/acme/shop/installation", ...limit },
  ]);
  const forge = appAt(server, { accounts: ["olivia", "acme"] });
  const limited = { code: "unavailable", retryAfterMs: 600_000 };
  await expect(forge.issue(AT)).rejects.toMatchObject({ ...limited, ofOneAccount: true });
  const other = forge.issue({ ...AT, owner: "acme" });
  await expect(other).rejects.toMatchObject({ ...limited, ofOneAccount: false });
});

describe("an owner", () => {
  test("that is not named is refused without asking", async () => {
    await using server = await replay([]);
    for (const accounts of [[], ["acme"], ["olivia2"]]) {
      await expect(appAt(server, { accounts }).issue(AT)).rejects.toMatchObject({
        code: "forbidden",
        message: "This GitHub App does not serve that account.",
      });
    }
  });

  test("is known whatever its case", async () => {
    await using server = await replay([
      FIND,
      give("ghs_0123456789"),
      { path: ISSUE, answer: issue() },
    ]);
    expect(await appAt(server, { accounts: ["OLIVIA"] }).issue(AT)).toMatchObject({ number: 7 });
  });

  test("to whom a repository was transferred must be named too", async () => {
    await using server = await replay([
      { ...FIND, answer: { id: 30, account: user("mallory", 66) } },
    ]);
    await expect(appAt(server).issue(AT)).rejects.toMatchObject({ code: "forbidden" });
  });

  test("is not taken for the one that got a repository of it", async () => {
    const answer = { id: 31, account: user("acme", 5) };
    const tokens = "/app/installations/31/access_tokens";
    await using server = await replay([
      { ...FIND, answer, once: true },
      give("ghs_ofacme000", { path: tokens }),
      FIND,
      give("ghs_ofolivia0"),
    ]);
    const forge = appAt(server, { accounts: ["olivia", "acme"] });
    expect(await forge.credentials("olivia", "shop")).toMatchObject({ password: "ghs_ofacme000" });
    expect(await forge.credentials("olivia", "shop")).toMatchObject({ password: "ghs_ofolivia0" });
  });

  test("without the App is not found, and asked for again", async () => {
    await using server = await replay([{ ...FIND, status: 404 }]);
    const forge = appAt(server);
    for (let time = 0; time < 2; time++) {
      await expect(forge.issue(AT)).rejects.toMatchObject({
        code: "not_found",
        hint: expect.stringContaining("Install the App for olivia"),
      });
    }
    expect(server.asked).toHaveLength(2);
  });

  test.each([
    [403, 1],
    [404, 2],
  ])("whose installation is suspended or gone (%d) is refused", async (status, times) => {
    await using server = await replay([
      FIND,
      ...Array.from({ length: times }, () => give("", { status, once: true })),
      give("ghs_0123456789"),
    ]);
    const forge = appAt(server);
    await expect(forge.issue(AT)).rejects.toMatchObject({ code: "forbidden" });
    expect(await forge.credentials("olivia", "shop")).toMatchObject({
      password: "ghs_0123456789",
    });
    expect(server.asked.filter((one) => one.endsWith("installation"))).toHaveLength(times + 1);
  });
});

test("two GitHubs with installations of the same number get each its own tokens", async () => {
  await using one = await replay([FIND, give("ghs_ofthefirst")]);
  await using other = await replay([FIND, give("ghs_oftheother")]);
  const [first, second] = await Promise.all(
    [one, other].map((server) => appAt(server).credentials("olivia", "shop")),
  );
  expect([first?.password, second?.password]).toEqual(["ghs_ofthefirst", "ghs_oftheother"]);
});

const installedAt = (account: string, answer?: Part<"installation">): Exchange => ({
  path: `/${account}/installation`,
  ...(answer === undefined ? { status: 404 } : { answer }),
});

describe("itself", () => {
  const app: Exchange = {
    path: "/app",
    answer: { id: 77, slug: "helper" } satisfies Part<"integration">,
  };
  const bot: Exchange = { path: "/users/helper%5Bbot%5D", answer: user("helper[bot]", 900, "Bot") };
  test("is the App's account, asked for with a token of an account that is served", async () => {
    await using server = await replay([
      app,
      installedAt("users/left", { id: 27, account: user("mallory", 66) }),
      installedAt("users/acme"),
      installedAt("orgs/acme"),
      installedAt("users/rita", {
        id: 29,
        account: user("rita", 3),
        suspended_at: "2026-01-02T03:04:05Z",
      }),
      installedAt("users/olivia"),
      installedAt("orgs/olivia", { id: 30, account: user("olivia", 1), suspended_at: null }),
      give("ghs_0123456789"),
      bot,
    ]);
    const forge = appAt(server, { accounts: ["left", "acme", "rita", "olivia", "walter"] });
    expect(await forge.self()).toEqual({
      id: 900,
      login: "helper[bot]",
      email: "900+helper[bot]@users.noreply.127.0.0.1",
    });
    await forge.self();
    expect(server.asked).toHaveLength(9);
    expect(server.authorizations.at(-1)).toBe("token ghs_0123456789");
  });

  test("is asked for without any while it is installed nowhere", async () => {
    await using server = await replay([
      app,
      installedAt("users/olivia"),
      installedAt("orgs/olivia"),
      bot,
    ]);
    expect(await appAt(server).self()).toMatchObject({ id: 900 });
    expect(server.authorizations.at(-1)).toBeUndefined();
  });

  test("can be used while GitHub takes its key", async () => {
    await using server = await replay([
      { ...app, once: true },
      { ...app, status: 401 },
    ]);
    const forge = appAt(server);
    await forge.ping();
    expect(signed(server.authorizations[0])).toMatchObject({ iss: 77 });
    await expect(forge.ping()).rejects.toMatchObject({
      code: "unavailable",
      needsOperator: true,
      hint: expect.stringContaining("private key"),
    });
  });
});

test.each<[string, number, string]>([
  ["an id", 0, PKCS1],
  ["a key", 77, ""],
  ["the whole key", 77, "-----BEGIN RSA PRIVATE KEY-----"],
  [
    "a key of that kind",
    77,
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----",
  ],
])("cannot be without %s, which is not quoted", (_, id, privateKey) => {
  expect(() => createGitHub({ auth: { kind: "app", id, privateKey } })).toThrow(
    expect.objectContaining({ code: "invalid", message: expect.not.stringContaining("BEGIN") }),
  );
});
