import { createHmac, randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { serveBot } from "../../src/demo/serve.ts";
import { say, script } from "../../src/demo/model/script.ts";
import { openWorld, SECRET, type World } from "../support/world.ts";

async function post(
  world: World,
  body: string,
  headers: Record<string, string>,
  path = "/webhooks/gitea",
): Promise<number> {
  const response = await fetch(`${world.bot().url}${path}`, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "x-gitea-event-type": "issue_comment",
      "x-gitea-delivery": randomUUID(),
      ...headers,
    },
  });
  return response.status;
}

const sign = (body: string) => createHmac("sha256", SECRET).update(body).digest("hex");

test("only signed deliveries are taken, each act once, however often and under whatever id it is told", async () => {
  await using world = await openWorld();
  const { forge, model } = world;
  model.play(script([say("Nothing to do.")]));
  // Nobody listens at the hook's first address, so that the deliveries are all told by hand.
  world.bot().signal("SIGKILL");
  await world.bot().exited;
  const fix = world.say("/kugetsu fix");
  await forge.deliveriesSent();
  const sent = forge.deliveries.findLast(({ event }) => event === "issue_comment");
  const body = sent?.body ?? "";
  await world.restart();

  for (const signature of [
    "sha256=",
    `sha256=${"0".repeat(64)}`,
    `sha256=${sign(body).slice(0, 10)}`,
    "sha256=not-hex",
    "",
  ]) {
    expect(await post(world, body, { "x-hub-signature-256": signature })).toBe(401);
  }
  expect(await post(world, body, {})).toBe(401);
  const signed = { "x-hub-signature-256": `sha256=${sign(body)}` };
  expect(await post(world, body, signed, "/webhooks/nowhere")).toBe(404);
  expect(
    await post(world, body, { ...signed, "content-type": "application/x-www-form-urlencoded" }),
  ).toBe(415);
  expect(await post(world, "{", { "x-hub-signature-256": `sha256=${sign("{")}` })).toBe(400);
  expect(await post(world, body, { ...signed, "x-gitea-event-type": "push" })).toBe(202);
  expect(world.botComments()).toHaveLength(0);

  const same = { ...signed, "x-gitea-delivery": randomUUID() };
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(world, body, same)));
  expect(answers).toEqual(Array(10).fill(202));
  expect(await post(world, body, signed)).toBe(202);
  await world.report(fix);
  expect(
    world.botComments().filter((comment) => comment.body.includes("kugetsu:status")),
  ).toHaveLength(1);
  expect(model.requests).toHaveLength(1);
});

test.each([
  ["no secret", {}],
  ["a short secret", { GITEA_WEBHOOK_SECRET: "fifteen-letters" }],
])("with %s the server does not start and says how to make one", async (_, secret) => {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: "/nonexistent",
    GITEA_URL: "http://127.0.0.1:1",
    GITEA_TOKEN: "x".repeat(40),
    ...secret,
  };
  await expect(serveBot(env)).rejects.toThrow("openssl rand -hex 32");
});
