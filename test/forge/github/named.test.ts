import { expect, test } from "vitest";
import { forgeAt, person, WALTER } from "./published.ts";
import { type Exchange, replay } from "./replay.ts";

const AT = { id: 100, owner: "olivia", name: "shop" };
const ACCOUNT: Exchange = { path: "/users/walter", answer: WALTER };

async function ask(word: string, ...exchanges: readonly Exchange[]): Promise<boolean> {
  await using server = await replay(exchanges);
  return await forgeAt(server).isNamed(word, person(WALTER), AT);
}

test("a login means the account that has it", async () => {
  expect(await ask("Walter", ACCOUNT)).toBe(true);
  const other = { ...WALTER, id: 99 };
  expect(await ask("walter", { path: "/users/walter", answer: other })).toBe(false);
  expect(await ask("walter", { path: "/users/walter", status: 404, answer: {} })).toBe(false);
});

test("an organisation means its members", async () => {
  const path = "/orgs/acme/members/walter";
  expect(await ask("acme", ACCOUNT, { path, status: 204 })).toBe(true);
  expect(await ask("acme", ACCOUNT, { path, status: 404, answer: {} })).toBe(false);
});

const answer = (state: "active" | "pending") => ({ url: "", role: "member" as const, state });

test("a team means those who took its invitation", async () => {
  const path = "/orgs/acme/teams/writers/memberships/walter";
  expect(await ask("acme/writers", ACCOUNT, { path, answer: answer("active") })).toBe(true);
  expect(await ask("acme/writers", ACCOUNT, { path, answer: answer("pending") })).toBe(false);
  expect(await ask("acme/writers", ACCOUNT, { path, status: 404, answer: {} })).toBe(false);
});

test("where GitHub refuses to say, nobody is meant", async () => {
  const path = "/orgs/acme/members/walter";
  expect(await ask("acme", ACCOUNT, { path, status: 403, answer: {} })).toBe(false);
});

test("what is no name is never asked about", async () => {
  for (const word of ["../x", "acme/../x", "a/b/c", ""]) expect(await ask(word)).toBe(false);
});
