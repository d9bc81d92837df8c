import { createSign } from "node:crypto";
import { Webhooks } from "@octokit/webhooks";
import { App, Octokit } from "octokit";
import { describe, expect, test } from "vitest";
import type { AppWithKey } from "../../../../src/demo/forge/sandbox-app.ts";
import type { SandboxForge } from "../../../../src/demo/forge/sandbox.ts";
import { startReceiver } from "../world.ts";
import { REPOSITORY, SHOP, startGitHub } from "./world.ts";

const QUIET = { retry: { enabled: false }, throttle: { enabled: false } };

function clientOf(forge: SandboxForge, { id, privateKey }: AppWithKey): App {
  const baseUrl = `${forge.url}/api/v3`;
  return new App({
    appId: id,
    privateKey,
    Octokit: Octokit.defaults({ ...QUIET, baseUrl }),
  });
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function jwt(app: AppWithKey, claims: object): string {
  const head = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  return `${head}.${createSign("RSA-SHA256").update(head).sign(app.privateKey, "base64url")}`;
}

describe("a GitHub App", () => {
  test("works as its bot where it is installed, and nowhere else", async () => {
    await using world = await startGitHub();
    const { forge } = world;
    forge.addOrganization("acme", { owners: ["mia"] });
    await forge.addRepository("acme/api", { files: { "a.txt": "a\n" } });
    forge.createIssue(REPOSITORY, { by: "olivia", title: "Total" });
    forge.createIssue("acme/api", { by: "mia", title: "Total" });
    const app = forge.addApp({ slug: "kugetsu", owner: "olivia" });
    const { id } = forge.installApp("kugetsu", "olivia", ["shop"]);
    forge.installApp("kugetsu", "acme");
    expect(app.installations.map(({ account }) => account)).toEqual(["olivia", "acme"]);
    const client = clientOf(forge, app);
    const self = await client.octokit.rest.apps.getAuthenticated();
    expect(self.data).toMatchObject({ slug: "kugetsu", installations_count: 2 });
    const installed = await client.octokit.rest.apps.getRepoInstallation(SHOP);
    expect(installed.data).toMatchObject({ id, repository_selection: "selected" });
    const octokit = await client.getInstallationOctokit(id);
    const { data } = await octokit.rest.issues.createComment({
      ...SHOP,
      issue_number: 1,
      body: "Hi",
    });
    expect(data).toMatchObject({
      user: { login: "kugetsu[bot]", type: "Bot" },
      performed_via_github_app: { slug: "kugetsu" },
    });
    const bot = await octokit.rest.users.getByUsername({ username: "kugetsu[bot]" });
    expect(bot.data).toMatchObject({ id: data.user?.id, type: "Bot" });
    const elsewhere = { owner: "acme", repo: "api", issue_number: 1, body: "Hi" };
    await expect(octokit.rest.issues.createComment(elsewhere)).rejects.toMatchObject({
      status: 403,
      response: { data: { message: "Resource not accessible by integration" } },
    });
    await expect(octokit.rest.users.getAuthenticated()).rejects.toMatchObject({ status: 403 });
    const rita = { ...SHOP, username: "rita" };
    const permission = await octokit.rest.repos.getCollaboratorPermissionLevel(rita);
    expect(permission.data.permission).toBe("read");
    const mine = await octokit.rest.apps.listReposAccessibleToInstallation();
    expect(mine.data.repositories.map(({ full_name }) => full_name)).toEqual([REPOSITORY]);
  });

  test("may do no more than it was granted", async () => {
    await using world = await startGitHub();
    const { forge } = world;
    forge.createIssue(REPOSITORY, { by: "olivia", title: "Total" });
    const permissions = { metadata: "read", issues: "read" } as const;
    const app = forge.addApp({ slug: "reader", owner: "olivia", permissions });
    const { id } = forge.installApp("reader", "olivia");
    const { rest } = await clientOf(forge, app).getInstallationOctokit(id);
    const issue = { ...SHOP, issue_number: 1 };
    expect((await rest.issues.get(issue)).status).toBe(200);
    await expect(rest.issues.createComment({ ...issue, body: "Hi" })).rejects.toMatchObject({
      status: 403,
    });
  });

  test("is known by a short-lived signature of its own key", async () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    await using world = await startGitHub({ now: () => now });
    const app = world.forge.addApp({ slug: "kugetsu", owner: "olivia" });
    const other = world.forge.addApp({ slug: "other", owner: "olivia" });
    const seconds = now / 1000;
    const good = { iss: String(app.id), iat: seconds - 60, exp: seconds + 540 };
    const answer = async (token: string) => {
      const { status, body } = await world.ask(token, "GET", "/app");
      return `${status} ${(body as { message?: string; slug?: string }).message ?? "ok"}`;
    };
    expect(await answer(jwt(app, good))).toBe("200 ok");
    expect(await answer(jwt(app, { ...good, iss: app.clientId }))).toBe("200 ok");
    expect(await answer(jwt(other, good))).toBe("401 A JSON web token could not be decoded");
    expect(await answer(jwt(app, { ...good, exp: seconds + 601 }))).toBe(
      "401 'Expiration time' claim ('exp') is too far in the future",
    );
    expect(await answer(jwt(app, { ...good, exp: seconds }))).toMatch(/^401 'Expiration time'/);
    expect(await answer(jwt(app, { ...good, iat: seconds + 120 }))).toMatch(/^401 'Issued at'/);
    expect(await answer("a.b.c")).toMatch(/^401 /);
    expect(await world.ask("olivia", "GET", "/app")).toMatchObject({ status: 401 });
  });

  test("has tokens that end after an hour, or with the installation", async () => {
    let now = Date.parse("2026-01-01T00:00:00Z");
    await using world = await startGitHub({ now: () => now });
    const { forge, ask } = world;
    const app = forge.addApp({ slug: "kugetsu", owner: "olivia" });
    const { id } = forge.installApp("kugetsu", "olivia");
    const token = async () => {
      const signed = jwt(app, { iss: app.id, iat: now / 1000, exp: now / 1000 + 60 });
      const answer = await ask(signed, "POST", `/app/installations/${id}/access_tokens`, {
        repositories: ["shop"],
        permissions: { issues: "write", metadata: "read" },
      });
      return answer.body as { token: string; expires_at: string };
    };
    const status = async (who: string) => (await ask(who, "GET", "/repos/olivia/shop")).status;
    const first = await token();
    expect(first).toMatchObject({
      token: expect.stringMatching(/^ghs_/),
      expires_at: "2026-01-01T01:00:00Z",
      repository_selection: "selected",
      repositories: [{ full_name: REPOSITORY }],
    });
    now += 3_599_000;
    expect(await status(first.token)).toBe(200);
    now += 1000;
    expect(await status(first.token)).toBe(401);
    const second = await token();
    expect(await status(second.token)).toBe(200);
    forge.uninstallApp("kugetsu", "olivia");
    expect(await status(second.token)).toBe(401);
  });

  test("hears of its installations and of what happens there, and can ask for it again", async () => {
    await using receiver = await startReceiver();
    await using world = await startGitHub();
    const { forge } = world;
    await forge.addRepository("olivia/other", { files: { "a.txt": "a\n" } });
    const app = forge.addApp({ slug: "kugetsu", owner: "olivia", url: receiver.url });
    const { id } = forge.installApp("kugetsu", "olivia", ["shop"]);
    forge.createIssue("olivia/other", { by: "olivia", title: "Not heard" });
    receiver.answer = 500;
    forge.createIssue(REPOSITORY, { by: "olivia", title: "Total" });
    await forge.deliveriesSent();
    receiver.answer = 202;
    forge.installApp("kugetsu", "olivia", ["shop", "other"]);
    await forge.deliveriesSent();
    const { rest } = clientOf(forge, app).octokit;
    const list = async () => (await rest.apps.listWebhookDeliveries({ per_page: 2 })).data;
    const page = await list();
    expect(
      page.map(({ event, action, status_code }) => `${event} ${action} ${status_code}`),
    ).toEqual(["installation_repositories added 202", "issues opened 500"]);
    const failed = page[1];
    expect(failed).toMatchObject({ redelivery: false, installation_id: id, repository_id: 1 });
    await rest.apps.redeliverWebhookDelivery({ delivery_id: Number(failed?.id) });
    await forge.deliveriesSent();
    const [again] = await list();
    expect(again).toMatchObject({ guid: failed?.guid, redelivery: true, status: "OK" });
    forge.uninstallApp("kugetsu", "olivia");
    await forge.deliveriesSent();

    expect(forge.deliveries.map(({ event, action }) => `${event} ${action ?? "-"}`)).toEqual([
      "ping -",
      "installation created",
      "issues opened",
      "installation_repositories added",
      "issues opened",
      "installation deleted",
    ]);
    const [, , opened] = receiver.received;
    expect(JSON.parse(opened?.body ?? "")).toMatchObject({ installation: { id } });
    expect(opened?.headers).toMatchObject({
      "x-github-hook-installation-target-type": "integration",
      "x-github-hook-installation-target-id": String(app.id),
    });
    const signature = String(opened?.headers["x-hub-signature-256"]);
    const webhooks = new Webhooks({ secret: app.webhookSecret });
    expect(await webhooks.verify(opened?.body ?? "", signature)).toBe(true);
  });

  test("may have its deliveries sent elsewhere, with another secret", async () => {
    await using receiver = await startReceiver();
    await using world = await startGitHub();
    const { forge } = world;
    const app = forge.addApp({ slug: "kugetsu", owner: "olivia" });
    forge.installApp("kugetsu", "olivia");
    const now = Math.floor(Date.now() / 1000);
    const signed = jwt(app, { iss: app.id, iat: now - 60, exp: now + 60 });
    const config = { url: receiver.url, secret: "another" };
    const changed = await world.ask(signed, "PATCH", "/app/hook/config", config);
    expect(changed.body).toMatchObject({ url: receiver.url, secret: "********" });
    await forge.deliver(REPOSITORY, { event: "issues", body: { action: "opened" } });
    const [received] = receiver.received;
    const signature = String(received?.headers["x-hub-signature-256"]);
    const webhooks = new Webhooks({ secret: "another" });
    expect(await webhooks.verify(received?.body ?? "", signature)).toBe(true);
  });

  test("lists its deliveries page by page, each saying where the next one starts", async () => {
    await using receiver = await startReceiver();
    await using world = await startGitHub();
    const { forge } = world;
    const app = forge.addApp({ slug: "kugetsu", owner: "olivia", url: receiver.url });
    forge.installApp("kugetsu", "olivia");
    for (const title of ["A", "B", "C"]) forge.createIssue(REPOSITORY, { by: "olivia", title });
    await forge.deliveriesSent();
    const { octokit } = clientOf(forge, app);
    const all = await octokit.paginate(octokit.rest.apps.listWebhookDeliveries, { per_page: 2 });
    expect(all.map(({ event }) => event)).toEqual([
      "issues",
      "issues",
      "issues",
      "installation",
      "ping",
    ]);
  });

  test("is made from a manifest that was posted to the page, once", async () => {
    await using world = await startGitHub();
    const { forge, ask } = world;
    const manifest = {
      name: "Kugetsu of Olivia",
      url: "https://example.org",
      redirect_url: "http://127.0.0.1:9/setup",
      hook_attributes: { url: "http://127.0.0.1:9/webhooks/github" },
      public: false,
      default_events: ["issue_comment", "issues"],
      default_permissions: { issues: "write", contents: "write", pull_requests: "write" },
    };
    const post = async (sent: unknown) =>
      fetch(`${forge.url}/settings/apps/new?state=abc`, {
        method: "POST",
        redirect: "manual",
        body: new URLSearchParams({ manifest: JSON.stringify(sent) }),
      });
    const answer = await post(manifest);
    expect(answer.status).toBe(302);
    const back = new URL(answer.headers.get("location") ?? "");
    expect(back.searchParams.get("state")).toBe("abc");
    const path = `/app-manifests/${back.searchParams.get("code")}/conversions`;
    const made = await ask(undefined, "POST", path);
    expect(made).toMatchObject({
      status: 201,
      body: {
        slug: "kugetsu-of-olivia",
        owner: { login: "olivia" },
        events: ["issue_comment", "issues"],
        permissions: { issues: "write", metadata: "read" },
        pem: expect.stringContaining("BEGIN RSA PRIVATE KEY"),
        webhook_secret: expect.stringMatching(/^\w+$/),
      },
    });
    expect(await ask(undefined, "POST", path)).toMatchObject({ status: 404 });
    const installed = forge.installApp("kugetsu-of-olivia", "olivia");
    const { id, pem } = made.body as { id: number; pem: string };
    const client = new App({
      appId: id,
      privateKey: pem,
      Octokit: Octokit.defaults({ ...QUIET, baseUrl: `${forge.url}/api/v3` }),
    });
    const { data } = await client.octokit.rest.apps.getUserInstallation({ username: "olivia" });
    expect(data.id).toBe(installed.id);
    expect((await post({ ...manifest, default_events: ["comments"] })).status).toBe(422);
    expect((await post({ name: "Nothing else" })).status).toBe(422);
    const twice = await post(manifest);
    expect(await twice.text()).toMatch(/Name has already been taken/);
  });
});
