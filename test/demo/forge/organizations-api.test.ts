import { expect, test } from "vitest";
import { addAcme, type Answer, startReceiver, startWorld, type World } from "./world.ts";

const HOOKS = "/api/v1/orgs/acme/hooks";

async function open(): Promise<World> {
  const world = await startWorld();
  await addAcme(world.forge);
  return world;
}

function hook(url: string, more: object = {}) {
  return { type: "gitea", config: { url, content_type: "json", secret: "first" }, ...more };
}

function field(answer: Answer, key: string): unknown {
  return (answer.body as Record<string, unknown>)[key];
}

test("who is in an organization is told to its members and the server's admins", async () => {
  await using world = await open();
  const status = async (as: string, member: string) => {
    const answer = await world.ask(as, "GET", `/api/v1/orgs/acme/members/${member}`);
    return answer.status;
  };
  expect([await status("walter", "rita"), await status("walter", "nora")]).toEqual([204, 404]);
  expect([await status("adam", "rita"), await status("adam", "nora")]).toEqual([204, 404]);
  // nora is outside: she is sent to the public members, and nobody is one.
  expect([await status("nora", "rita"), await status("nora", "nora")]).toEqual([404, 404]);
  const asked = world.forge.requests.map(({ path, status: answered }) => [path, answered]);
  expect(asked).toContainEqual(["/api/v1/orgs/acme/members/rita", 302]);
  expect(asked).toContainEqual(["/api/v1/orgs/acme/public_members/rita", 404]);
  expect(await status("adam", "nobody-here")).toBe(404);
  // The bot's usual token has no scope for organizations.
  expect(await status("bot", "rita")).toBe(403);
});

test("teams are found by name: an admin finds all, others their own", async () => {
  await using world = await open();
  const names = async (as: string, q: string) => {
    const answer = await world.ask(as, "GET", `/api/v1/orgs/acme/teams/search?q=${q}`);
    const teams = (field(answer, "data") ?? []) as { name: string }[];
    return [answer.status, ...teams.map(({ name }) => name)];
  };
  expect(await names("adam", "ERS")).toEqual([200, "Owners", "writers", "readers"]);
  expect(await names("walter", "ers")).toEqual([200, "writers"]);
  expect(await names("walter", "readers")).toEqual([200]);
  expect(await names("nora", "writers")).toEqual([403]);
});

test("a team's members are told to it, to the owners and the server's admins", async () => {
  await using world = await open();
  const ask = async (as: string) =>
    (await world.ask(as, "GET", "/api/v1/teams/2/members/walter")).status;
  const told = [];
  for (const as of ["walter", "olivia", "adam", "rita", "nora"]) told.push(await ask(as));
  expect(told).toEqual([200, 200, 200, 403, 404]);
});

test("an organization's hook is made, seen, changed and removed by its owners", async () => {
  await using world = await open();
  await using receiver = await startReceiver();
  const refused = await world.ask("walter", "POST", HOOKS, hook(receiver.url));
  expect([refused.status, field(refused, "message")]).toEqual([
    403,
    "Must be an organization owner",
  ]);
  const made = await world.ask("olivia", "POST", HOOKS, hook(receiver.url));
  expect(made).toMatchObject({ status: 201, body: { active: false, events: ["push"] } });
  const one = `${HOOKS}/${String(field(made, "id"))}`;
  expect(await world.ask("olivia", "GET", HOOKS)).toMatchObject({ body: [{ active: false }] });
  expect((await world.ask("rita", "GET", one)).status).toBe(403);

  // The secret stays, the events fall back to push, and the Authorization header is gone.
  const events = { active: true, events: ["issues"], authorization_header: "Bearer x" };
  await world.ask("olivia", "PATCH", one, events);
  const config = { secret: "second" };
  expect(await world.ask("olivia", "PATCH", one, { config })).toMatchObject({
    body: { active: true, events: ["push"], authorization_header: "" },
  });
  const change = { by: "olivia", message: "x", files: { a: "1\n" } };
  await world.forge.commit("acme/api", "main", change);
  await world.forge.deliveriesSent();
  const [delivery] = world.forge.deliveries;
  const again = await world.forge.deliver("acme/api", {
    event: "push",
    body: delivery?.body,
    signWith: "first",
  });
  expect(again.headers["X-Gitea-Signature"]).toBe(delivery?.headers["X-Gitea-Signature"]);

  expect((await world.ask("olivia", "POST", `${one}/tests`)).status).toBe(404);
  expect((await world.ask("olivia", "DELETE", one)).status).toBe(204);
  expect((await world.ask("olivia", "DELETE", one)).status).toBe(404);
});

test("a hook of an unknown kind or content type is refused", async () => {
  await using world = await open();
  const post = async (body: object) => {
    const answer = await world.ask("olivia", "POST", HOOKS, body);
    return [answer.status, field(answer, "message")];
  };
  const url = "http://kugetsu.test/";
  expect(await post(hook(url, { type: "carrier-pigeon" }))).toEqual([
    422,
    "Invalid hook type: carrier-pigeon",
  ]);
  expect(await post({ type: "gitea", config: { url, content_type: "xml" } })).toEqual([
    422,
    "Invalid content type",
  ]);
});
