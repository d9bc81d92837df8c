import { Webhooks } from "@octokit/webhooks";
import { describe, expect, test } from "vitest";
import { startReceiver, type Receiver } from "../world.ts";
import { openFix, REPOSITORY, SHOP, startGitHub } from "./world.ts";

const SECRET = "a-secret-for-the-tests";

interface Payload {
  readonly action?: string;
  readonly [key: string]: unknown;
}

function payloadsOf(receiver: Receiver): Payload[] {
  return receiver.received.map(({ body }) => JSON.parse(body) as Payload);
}

function toldOf(receiver: Receiver): string[] {
  return receiver.received.map(({ headers, body }) => {
    const { action } = JSON.parse(body) as Payload;
    return `${String(headers["x-github-event"])} ${action ?? "-"}`;
  });
}

describe("GitHub's deliveries", () => {
  test("tell of everything that happens, signed, in the order in which it did", async () => {
    await using receiver = await startReceiver();
    await using world = await startGitHub();
    const { forge } = world;
    forge.addHook(REPOSITORY, { url: receiver.url, secret: SECRET });
    const told: string[] = ["ping -"];
    const then = async (events: readonly string[], act: () => unknown) => {
      await act();
      told.push(...events);
      await forge.deliveriesSent();
    };
    await then(["issues opened", "issues labeled", "issues assigned"], () =>
      forge.createIssue(REPOSITORY, {
        by: "olivia",
        title: "Total",
        labels: ["bug"],
        assignees: ["walter"],
      }),
    );
    await then(["issues edited"], () =>
      forge.editIssue(REPOSITORY, 1, { by: "olivia", title: "Sum" }),
    );
    await then(["issues labeled"], () =>
      forge.label(REPOSITORY, 1, { by: "walter", name: "kugetsu" }),
    );
    await then(["issues unlabeled"], () =>
      forge.unlabel(REPOSITORY, 1, { by: "walter", name: "kugetsu" }),
    );
    await then(["issues unassigned"], () =>
      forge.unassign(REPOSITORY, 1, { by: "olivia", assignee: "walter" }),
    );
    await then(["issues locked"], () => forge.lockIssue(REPOSITORY, 1));
    await then(["issues unlocked"], () => forge.lockIssue(REPOSITORY, 1, false));
    const comment = forge.comment(REPOSITORY, 1, { by: "rita", body: "Why?" });
    await then(["issue_comment created", "issue_comment edited"], () =>
      forge.editComment(comment, { by: "olivia", body: "Why not?" }),
    );
    await then(["issue_comment deleted"], () => forge.deleteComment(comment));
    await then(["push -", "pull_request opened"], async () => openFix(forge));
    await then(["pull_request review_requested"], () =>
      forge.requestReview(REPOSITORY, 2, { by: "walter", reviewer: "olivia" }),
    );
    await then(["pull_request_review submitted", "pull_request_review_comment created"], async () =>
      forge.review(REPOSITORY, 2, {
        by: "olivia",
        state: "approved",
        comments: [{ path: "src/price.js", line: 2, body: "Good" }],
      }),
    );
    await then(["push -", "pull_request synchronize"], async () =>
      forge.commit(REPOSITORY, "fix/issue-1", { by: "walter", message: "T", files: { t: "1\n" } }),
    );
    await then(["pull_request closed", "push -"], async () =>
      forge.merge(REPOSITORY, 2, { by: "olivia" }),
    );
    await then(["issues closed", "issues reopened"], () => {
      forge.closeIssue(REPOSITORY, 1);
      forge.reopenIssue(REPOSITORY, 1);
    });
    await then(["issues deleted"], () => forge.deleteIssue(REPOSITORY, 1));
    await then(["repository renamed"], () => forge.rename(REPOSITORY, "store"));
    await then(["repository transferred"], () => forge.transfer("olivia/store", "walter"));

    expect(toldOf(receiver)).toEqual(told);
    const webhooks = new Webhooks({ secret: SECRET });
    const verified = await Promise.all(
      receiver.received.map(async ({ headers, body }) =>
        webhooks.verify(body, String(headers["x-hub-signature-256"])),
      ),
    );
    expect(new Set(verified)).toEqual(new Set([true]));
    expect(receiver.received[0]?.headers).toMatchObject({
      "x-github-hook-id": "1",
      "x-github-hook-installation-target-id": "1",
      "x-github-hook-installation-target-type": "repository",
      "content-type": "application/json",
    });
  });

  test("say who did it to what", async () => {
    await using receiver = await startReceiver();
    await using world = await startGitHub();
    const { forge } = world;
    forge.createIssue(REPOSITORY, { by: "olivia", title: "Total" });
    const number = await openFix(forge);
    const events = ["issues", "issue_comment", "push", "repository"];
    forge.addHook(REPOSITORY, { url: receiver.url, secret: SECRET, events });
    const label = { by: "walter", name: "kugetsu" };
    forge.label(REPOSITORY, 1, label);
    const comment = forge.comment(REPOSITORY, number, { by: "rita", body: "/kugetsu fix" });
    forge.editComment(comment, { by: "olivia", body: "/kugetsu status" });
    const { sha } = await forge.commit(REPOSITORY, "main", {
      by: "walter",
      message: "M",
      files: { m: "1\n" },
    });
    forge.rename(REPOSITORY, "store");
    await forge.deliveriesSent();
    const [ping, labeled, created, edited, push, renamed] = payloadsOf(receiver);
    expect(ping).toMatchObject({ hook: { events, config: { secret: "********" } } });
    expect(labeled).toMatchObject({
      label: { name: "kugetsu" },
      issue: { number: 1, labels: [{ name: "kugetsu" }] },
      sender: { login: "walter", type: "User" },
      repository: { full_name: REPOSITORY, id: 1 },
    });
    expect(created).toMatchObject({
      issue: { number, pull_request: { merged_at: null } },
      comment: { id: comment, body: "/kugetsu fix", author_association: "COLLABORATOR" },
    });
    expect(edited).toMatchObject({
      changes: { body: { from: "/kugetsu fix" } },
      comment: { user: { login: "rita" } },
      sender: { login: "olivia" },
    });
    expect(push).toMatchObject({
      ref: "refs/heads/main",
      after: sha,
      created: false,
      commits: [{ id: sha, author: { username: "walter" }, added: ["m"] }],
    });
    expect(renamed).toMatchObject({
      changes: { repository: { name: { from: "shop" } } },
      repository: { full_name: "olivia/store" },
    });
  });
});

describe("hooks", () => {
  test("of a repository are made, pinged, tested, changed and removed by its admin", async () => {
    await using receiver = await startReceiver();
    await using world = await startGitHub();
    const { forge } = world;
    const { rest } = world.as("olivia");
    const config = { url: receiver.url, content_type: "json", secret: SECRET };
    const { data } = await rest.repos.createWebhook({ ...SHOP, config, events: ["issue_comment"] });
    expect(data).toMatchObject({
      active: true,
      events: ["issue_comment"],
      config: { secret: "********", content_type: "json" },
    });
    const hook = { ...SHOP, hook_id: data.id };
    await rest.repos.pingWebhook(hook);
    forge.createIssue(REPOSITORY, { by: "olivia", title: "Total" });
    forge.comment(REPOSITORY, 1, { by: "rita", body: "x" });
    await forge.deliveriesSent();
    await rest.repos.updateWebhook({ ...hook, add_events: ["push"] });
    await rest.repos.testPushWebhook(hook);
    await forge.deliveriesSent();
    expect(toldOf(receiver)).toEqual(["ping -", "ping -", "issue_comment created", "push -"]);
    const { data: listed } = await rest.repos.listWebhookDeliveries({ ...hook, per_page: 2 });
    expect(listed.map(({ event, status_code }) => `${event} ${status_code}`)).toEqual([
      "push 202",
      "issue_comment 202",
    ]);
    const delivery_id = Number(listed[1]?.id);
    await rest.repos.redeliverWebhookDelivery({ ...hook, delivery_id });
    await forge.deliveriesSent();
    const guids = receiver.received.map(({ headers }) => headers["x-github-delivery"]);
    expect(guids[4]).toBe(guids[2]);
    await rest.repos.deleteWebhook(hook);
    const left = await rest.repos.listWebhooks(SHOP);
    expect(left.data).toEqual([]);
  });

  test("are not there for others, and are not made twice or for nonsense", async () => {
    await using world = await startGitHub();
    const path = "/repos/olivia/shop/hooks";
    const config = { url: "http://127.0.0.1:9/hook", content_type: "json" };
    const make = async (who: string, body: object) => {
      const { status } = await world.ask(who, "POST", path, body);
      return status;
    };
    expect(await make("walter", { config })).toBe(404);
    expect(await make("olivia", { config, events: ["comments"] })).toBe(422);
    expect(await make("olivia", { config: { url: "nowhere" } })).toBe(422);
    expect(await make("olivia", { config })).toBe(201);
    expect(await make("olivia", { config })).toBe(422);
    await world.forge.deliveriesSent();
    expect(world.forge.deliveries).toMatchObject([{ event: "ping", status: 0 }]);
  });

  test("of an organization hear of all its repositories", async () => {
    await using receiver = await startReceiver();
    await using world = await startGitHub();
    const { forge } = world;
    forge.addOrganization("acme", { owners: ["olivia"] });
    await forge.addRepository("acme/api", { files: { "a.txt": "a\n" } });
    const { rest } = world.as("olivia");
    const config = { url: receiver.url, content_type: "json", secret: SECRET };
    const hook = { org: "acme", name: "web", config, events: ["issues"] };
    await rest.orgs.createWebhook(hook);
    await expect(world.as("walter").rest.orgs.createWebhook(hook)).rejects.toMatchObject({
      status: 404,
    });
    forge.createIssue("acme/api", { by: "olivia", title: "Total" });
    await forge.deliveriesSent();
    expect(toldOf(receiver)).toEqual(["ping -", "issues opened"]);
    expect(payloadsOf(receiver)[1]).toMatchObject({ organization: { login: "acme" } });
    expect(receiver.received[1]?.headers).toMatchObject({
      "x-github-hook-installation-target-type": "organization",
    });
  });
});
