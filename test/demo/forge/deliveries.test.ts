import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { capturedDelivery, differences } from "./captured.ts";
import { addAcme, startReceiver, startWorld, type Receiver } from "./world.ts";

const SECRET = "a-secret-for-the-tests";
const REPOSITORY = "olivia/shop";

function typeOf(receiver: Receiver, index: number): string {
  const { headers, body } = receiver.received[index] ?? { headers: {}, body: "{}" };
  const { action } = JSON.parse(body) as { action?: string };
  return `${String(headers["x-gitea-event"])} ${String(headers["x-gitea-event-type"])} ${action ?? "-"}`;
}

describe("deliveries", () => {
  test("have the headers and the shape of real ones, in the order of what happened", async () => {
    await using receiver = await startReceiver();
    await using world = await startWorld();
    const { forge, ask } = world;
    forge.addHook(REPOSITORY, { url: receiver.url, secret: SECRET });
    const api = "/api/v1/repos/olivia/shop";
    const label = await ask("bot", "POST", `${api}/labels`, { name: "kugetsu", color: "#7057ff" });
    const labels = [(label.body as { id: number }).id];
    const captured: string[] = [];
    const then = async (numbers: string[], act: () => unknown) => {
      await act();
      captured.push(...numbers);
      await forge.deliveriesSent();
    };

    await then(["002"], () =>
      forge.createIssue(REPOSITORY, { by: "olivia", title: "Total", body: "NaN" }),
    );
    await then(["003"], () => forge.editIssue(REPOSITORY, 1, { by: "olivia", body: "0" }));
    await then(["004"], () => forge.editIssue(REPOSITORY, 1, { by: "olivia", title: "Sum" }));
    await then(["005"], () => ask("olivia", "POST", `${api}/issues/1/labels`, { labels }));
    await then(["008"], () => ask("olivia", "DELETE", `${api}/issues/1/labels`));
    await then(["009"], () =>
      ask("olivia", "PATCH", `${api}/issues/1`, { assignees: ["kugetsu-bot"] }),
    );
    await then(["010"], () => ask("olivia", "PATCH", `${api}/issues/1`, { assignees: [] }));
    const comment = forge.comment(REPOSITORY, 1, { by: "olivia", body: "/kugetsu fix" });
    captured.push("012");
    await then(["026"], () => forge.editComment(comment, { by: "adam", body: "/kugetsu fix it" }));
    await then(["051"], () => forge.deleteComment(comment));
    const commit = { by: "kugetsu-bot", message: "Fix", files: { "total.js": "1\n" } };
    await then(["028"], () => forge.commit(REPOSITORY, "fix/issue-1", commit));
    const pull = { title: "Total", body: "Fixes #1", head: "fix/issue-1", base: "main" };
    await then(["029"], () => ask("bot", "POST", `${api}/pulls`, pull));
    await then(["032"], () =>
      ask("bot", "PATCH", `${api}/pulls/2`, { body: "Fixes #1\n\nAgain." }),
    );
    await then(["033", "034"], () =>
      forge.commit(REPOSITORY, "fix/issue-1", {
        by: "kugetsu-bot",
        message: "Test",
        files: { "t.js": "2\n" },
      }),
    );
    await then(["035"], () =>
      forge.comment(REPOSITORY, 2, { by: "walter", body: "/kugetsu continue" }),
    );
    await then(["041"], () =>
      ask("bot", "POST", `${api}/pulls/2/requested_reviewers`, { reviewers: ["walter"] }),
    );
    await then(["042", "043", "044"], () => forge.merge(REPOSITORY, 2, { by: "olivia" }));
    await then(["049"], () => forge.reopenIssue(REPOSITORY, 1, "olivia"));
    await then(["052"], () => forge.deleteIssue(REPOSITORY, 1, "olivia"));

    expect(receiver.received).toHaveLength(captured.length);
    for (const [index, number] of captured.entries()) {
      const real = capturedDelivery(number);
      const ours = receiver.received[index];
      const { action } = JSON.parse(real.body) as { action?: string };
      const { headers } = real;
      expect
        .soft(typeOf(receiver, index))
        .toBe(`${headers["x-gitea-event"]} ${headers["x-gitea-event-type"]} ${action ?? "-"}`);
      expect
        .soft(Object.keys(ours?.headers ?? {}))
        .toEqual(expect.arrayContaining(Object.keys(headers)));
      expect
        .soft({
          number,
          differences: differences(withoutReviews(real.body), JSON.parse(ours?.body ?? "")),
        })
        .toEqual({ number, differences: [] });
    }
    expect(forge.deliveries.every((delivery) => delivery.status === 202)).toBe(true);
  });

  test("are signed over the exact bytes, escaped as Go escapes", async () => {
    await using receiver = await startReceiver();
    await using world = await startWorld();
    world.forge.addHook(REPOSITORY, { url: receiver.url, secret: SECRET });
    world.forge.createIssue(REPOSITORY, { by: "olivia", title: "<b> & \u2028", body: "Grüße" });
    await world.forge.until(() => receiver.received.length === 1);
    const [{ headers, body } = { headers: {}, body: "" }] = receiver.received;
    const sign = (algorithm: string) => createHmac(algorithm, SECRET).update(body).digest("hex");
    expect(headers["x-gitea-signature"]).toBe(sign("sha256"));
    expect(headers["x-gogs-signature"]).toBe(sign("sha256"));
    expect(headers["x-hub-signature-256"]).toBe(`sha256=${sign("sha256")}`);
    expect(headers["x-hub-signature"]).toBe(`sha1=${sign("sha1")}`);
    expect(body).toContain(String.raw`"title": "\u003cb\u003e \u0026 \u2028"`);
    expect(body.startsWith('{\n  "action": "opened",')).toBe(true);
  });

  test("carry empty signatures when the hook has no secret", async () => {
    await using receiver = await startReceiver();
    await using world = await startWorld();
    world.forge.addHook(REPOSITORY, { url: receiver.url });
    world.forge.createIssue(REPOSITORY, { by: "olivia", title: "x" });
    await world.forge.until(() => receiver.received.length === 1);
    const { headers } = capturedDelivery("056");
    for (const name of ["x-gitea-signature", "x-hub-signature", "x-hub-signature-256"]) {
      expect(receiver.received[0]?.headers[name]).toBe(headers[name]);
    }
  });

  test("of a form hook sign the JSON inside", async () => {
    await using receiver = await startReceiver();
    await using world = await startWorld();
    world.forge.addHook(REPOSITORY, { url: receiver.url, secret: SECRET, contentType: "form" });
    world.forge.createIssue(REPOSITORY, { by: "olivia", title: "x" });
    await world.forge.until(() => receiver.received.length === 1);
    const [{ headers, body } = { headers: {}, body: "" }] = receiver.received;
    const payload = new URLSearchParams(body).get("payload") ?? "";
    expect(headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(headers["x-gitea-signature"]).toBe(
      createHmac("sha256", SECRET).update(payload).digest("hex"),
    );
  });

  test("of a hook's test are a push that never was", async () => {
    await using receiver = await startReceiver();
    await using world = await startWorld();
    const { id } = world.forge.addHook(REPOSITORY, { url: receiver.url, secret: SECRET });
    const tested = await world.ask("bot", "POST", `/api/v1/repos/olivia/shop/hooks/${id}/tests`);
    expect(tested.status).toBe(204);
    await world.forge.deliveriesSent();
    expect(typeOf(receiver, 0)).toBe("push push -");
    const ours: unknown = JSON.parse(receiver.received[0]?.body ?? "");
    expect(differences(JSON.parse(capturedDelivery("001").body), ours)).toEqual([]);
  });

  test("are sent once and lost when nobody takes them", async () => {
    await using receiver = await startReceiver();
    await using world = await startWorld();
    const { forge } = world;
    forge.addHook(REPOSITORY, { url: receiver.url, secret: SECRET });
    receiver.answer = 500;
    forge.createIssue(REPOSITORY, { by: "olivia", title: "lost" });
    await forge.deliveriesSent();
    receiver.answer = 202;
    forge.createIssue(REPOSITORY, { by: "olivia", title: "taken" });
    await forge.deliveriesSent();
    await receiver[Symbol.asyncDispose]();
    forge.createIssue(REPOSITORY, { by: "olivia", title: "refused" });
    await forge.deliveriesSent();
    expect(forge.deliveries.map((delivery) => delivery.status)).toEqual([500, 202, 0]);
    expect(receiver.received).toHaveLength(2);
  });

  test("go only to hooks that asked for that event", async () => {
    await using receiver = await startReceiver();
    await using world = await startWorld();
    const { forge } = world;
    forge.addHook(REPOSITORY, { url: receiver.url, events: ["issue_comment"] });
    forge.addHook(REPOSITORY, { url: receiver.url, events: [] });
    forge.createIssue(REPOSITORY, { by: "olivia", title: "x" });
    forge.comment(REPOSITORY, 1, { by: "olivia", body: "y" });
    await forge.deliveriesSent();
    expect(forge.deliveries.map((delivery) => delivery.event)).toEqual(["issue_comment"]);
  });

  test("reach a repository's hook and its organization's with the same body", async () => {
    await using receiver = await startReceiver();
    await using world = await startWorld();
    const { forge } = world;
    await addAcme(forge);
    forge.addHook("acme/api", { url: receiver.url, secret: SECRET });
    forge.addOrganizationHook("acme", { url: receiver.url, secret: SECRET });
    forge.createIssue("acme/api", { by: "adam", title: "x" });
    await forge.deliveriesSent();
    const [first, second] = forge.deliveries;
    expect(first?.body).toBe(second?.body);
    expect(first?.id).not.toBe(second?.id);
    const target = "X-Gitea-Hook-Installation-Target-Type";
    expect([first?.headers[target], second?.headers[target]]).toEqual([
      "repository",
      "organization",
    ]);
  });

  test("can be repeated with the same id or a new one, and made by hand", async () => {
    await using receiver = await startReceiver();
    await using world = await startWorld();
    const { forge } = world;
    forge.addHook(REPOSITORY, { url: receiver.url, secret: SECRET });
    forge.createIssue(REPOSITORY, { by: "olivia", title: "x" });
    await forge.deliveriesSent();
    const id = forge.deliveries[0]?.id ?? "";
    await forge.redeliver(id);
    await forge.redeliver(id, { newId: true });
    const made = await forge.deliver(REPOSITORY, {
      event: "issue_comment",
      body: { a: 1 },
      signWith: "other",
    });
    expect(made.headers["X-Gitea-Signature"]).toBe(
      createHmac("sha256", "other").update('{"a":1}').digest("hex"),
    );
    const ids = receiver.received.map((one) => one.headers["x-gitea-delivery"]);
    expect(ids.slice(0, 2)).toEqual([id, id]);
    expect(new Set(ids).size).toBe(3);
    expect(new Set(receiver.received.slice(0, 3).map((one) => one.body)).size).toBe(1);
  });
});

/** The real pull request had reviews at some time, which add a number that the sandbox has not. */
function withoutReviews(text: string): unknown {
  const body = JSON.parse(text) as { pull_request?: Record<string, unknown> };
  delete body.pull_request?.["review_comments"];
  return body;
}
