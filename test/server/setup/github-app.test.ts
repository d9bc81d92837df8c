import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { openForge } from "../../../src/forges/adapter.ts";
import { openSetUp, type SetUp } from "../../cli/forge/world.ts";

let world: SetUp;
beforeEach(async () => {
  world = await openSetUp({ face: "github" });
  onTestFinished(() => world[Symbol.asyncDispose]());
});

/** The address that `forge add --app` prints. */
async function address(...more: string[]): Promise<string> {
  const args = ["forge", "add", world.forge.url, "--app", "--name", "hub", ...more];
  const { code, out, err } = await world.cli(args);
  expect([code, err]).toEqual([0, expect.stringContaining("within an hour")]);
  return out.trim();
}

const unescaped = (text: string) => text.replaceAll("&quot;", '"').replaceAll("&amp;", "&");

/** Where the page's form goes, and what it brings along. */
async function formOf(
  page: string,
): Promise<{ action: string; manifest: Record<string, unknown> }> {
  const text = await (await fetch(page)).text();
  const action = /<form method="post" action="([^"]*)"/.exec(text)?.[1] ?? "";
  const value = /name="manifest" value="([^"]*)"/.exec(text)?.[1] ?? "";
  return {
    action: unescaped(action),
    manifest: JSON.parse(unescaped(value)) as Record<string, unknown>,
  };
}

/** Presses the page's button, and GitHub's. Resolves with the address that GitHub sends back to. */
async function confirm(page: string): Promise<string> {
  const { action, manifest } = await formOf(page);
  const response = await fetch(action, {
    method: "POST",
    body: new URLSearchParams({ manifest: JSON.stringify(manifest) }),
    redirect: "manual",
  });
  expect(response.status).toBe(302);
  return response.headers.get("location") ?? "";
}

test("leads from the printed address to an App that the server speaks as", async () => {
  await world.serve();
  const page = await address("--accounts", "acme, Olivia", "--owner", "acme");
  const { action, manifest } = await formOf(page);
  expect(action).toMatch(
    new RegExp(`^${world.forge.url}/organizations/acme/settings/apps/new\\?state=[0-9a-f]{64}$`),
  );
  expect(manifest).toMatchObject({
    name: "kugetsu-acme",
    public: false,
    hook_attributes: { url: `${world.publicUrl}/webhooks/hub`, active: true },
    default_permissions: {
      contents: "write",
      issues: "write",
      pull_requests: "write",
      metadata: "read",
    },
  });
  const done = await fetch(await confirm(page));
  const text = await done.text();
  expect(done.status).toBe(200);
  expect(text).toContain(`href="${world.forge.url}/apps/kugetsu-acme/installations/new"`);
  expect(text).toMatch(/For\s+<b>olivia<\/b>\s+make\s+it\s+public/);
  const [hub] = (await world.stored()).forges;
  expect(hub).toMatchObject({ name: "hub", kind: "github", accounts: ["acme", "olivia"] });
  expect(hub?.secrets.webhook[0]?.length).toBeGreaterThan(15);
  for (const secret of [hub?.secrets.app?.privateKey ?? "?", hub?.secrets.webhook[0] ?? "?"])
    expect(text).not.toContain(secret);
  if (hub === undefined) throw new Error("No forge.");
  world.forge.installApp("kugetsu-acme", "acme");
  expect(await openForge(hub).self()).toMatchObject({ login: "kugetsu-acme[bot]" });
  const watched = await world.cli(["forge", "watch", "acme"]);
  expect([watched.code, watched.err]).toEqual([
    2,
    expect.stringContaining("it has one webhook, its own"),
  ]);
  const checked = await world.cli(["forge", "check"]);
  expect([checked.code, checked.out]).toEqual([
    0,
    expect.stringContaining("knows the App as kugetsu-acme[bot], which serves acme, olivia."),
  ]);
});

test("without --owner the App belongs to whoever opens the page", async () => {
  await world.serve();
  const { action } = await formOf(await address("--accounts", "olivia"));
  expect(action).toContain(`${world.forge.url}/settings/apps/new?state=`);
});

describe("nobody gets further", () => {
  test("with a token that was never printed, or none", async () => {
    await world.serve();
    const page = await address("--accounts", "olivia");
    for (const wrong of [page.slice(0, -1), page.split("?")[0] ?? "", `${page}0`]) {
      const response = await fetch(wrong);
      expect([response.status, await response.text()]).toEqual([
        404,
        expect.not.stringContaining("<form"),
      ]);
    }
  });

  test("with a state of another's, or the token in its place, or a state that was used", async () => {
    await world.serve();
    const page = await address("--accounts", "olivia");
    const back = await confirm(page);
    const bring = async (change: Record<string, string>) => {
      const url = new URL(back);
      for (const [key, value] of Object.entries(change)) url.searchParams.set(key, value);
      return (await fetch(url)).status;
    };
    const token = new URL(page).searchParams.get("token") ?? "";
    expect(await bring({ state: "0".repeat(64) })).toBe(404);
    expect(await bring({ state: token })).toBe(404);
    expect((await world.stored()).forges).toEqual([]);
    expect(await bring({})).toBe(200);
    expect(await bring({})).toBe(404);
    expect((await fetch(page)).status).toBe(404);
    expect((await world.stored()).forges).toHaveLength(1);
  });

  test("after an hour", async () => {
    await world.serve(3_600_001);
    const page = await address("--accounts", "olivia");
    const response = await fetch(page);
    expect([response.status, await response.text()]).toEqual([
      410,
      expect.stringContaining("This address has expired"),
    ]);
  });

  test.each(["nonsense", "../app", ""])("with the code %j", async (code) => {
    await world.serve();
    const url = new URL(await confirm(await address("--accounts", "olivia")));
    url.searchParams.set("code", code);
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining("Run <code>kugetsu forge add … --app</code> once more"),
    ]);
    expect((await world.stored()).forges).toEqual([]);
  });
});

test("where GitHub does not answer, the page may be loaded again", async () => {
  await world.serve();
  const back = await confirm(await address("--accounts", "olivia"));
  world.forge.fail({ path: /app-manifests/, answer: 502 });
  expect((await fetch(back)).status).toBe(502);
  expect((await fetch(back)).status).toBe(200);
});

test("an App that cannot be stored is not passed over in silence", async () => {
  await world.serve();
  const back = await confirm(await address("--accounts", "olivia"));
  await world.cli(
    ["forge", "add", world.forge.url, "--token", "-", "--name", "other"],
    world.token,
  );
  const response = await fetch(back);
  expect([response.status, await response.text()]).toEqual([
    409,
    expect.stringContaining("is the forge other already"),
  ]);
});

test("the page may do nothing but what it is for, and its address stays here", async () => {
  await world.serve();
  const page = await address("--accounts", "olivia");
  const response = await fetch(page);
  const { headers } = response;
  const style = /<style>([^<]*)<\/style>/.exec(await response.text())?.[1] ?? "";
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; form-action (.+); base-uri 'none'; frame-ancestors 'none'$/,
  );
  // A browser holds to it whatever the form is redirected to: to sign in elsewhere, and back here.
  expect(policy).toContain(`form-action ${world.forge.url} https: 'self';`);
  expect(policy).toContain(`'sha256-${createHash("sha256").update(style).digest("base64")}'`);
  expect(headers.get("referrer-policy")).toBe("strict-origin");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("content-type")).toContain("text/html");
  const other = await fetch(page, { method: "POST" });
  expect([other.status, other.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  const token = new URL(page).searchParams.get("token") ?? "";
  const file = join(world.home, "app-setup.json");
  expect(await readFile(file, "utf8")).not.toContain(token);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test.each<[string, readonly string[], string]>([
  ["without accounts", [], "--accounts must name the accounts"],
  ["with what is no account", ["--accounts", "a/b"], "--accounts must name the accounts"],
  ["with a token", ["--accounts", "a", "--token", "-"], "An App has no token"],
  ["with a path as owner", ["--accounts", "a", "--owner", "../x"], "--owner is no organisation"],
])("is refused %s", async (_, args, words) => {
  const { code, err } = await world.cli(["forge", "add", world.forge.url, "--app", ...args]);
  expect([code, err]).toEqual([2, expect.stringContaining(words)]);
});
