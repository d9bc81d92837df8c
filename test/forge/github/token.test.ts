import { expect, test } from "vitest";
import { createGitHub } from "../../../src/forge/github.ts";
import { forgeAt, TOKEN, user } from "./published.ts";
import { replay } from "./replay.ts";

const BOT = user("kugetsu-bot", 6);

test("asks once whose token it is, and names that account to git", async () => {
  await using server = await replay([{ path: "/user", answer: BOT }]);
  const forge = forgeAt(server);
  expect(await forge.credentials("olivia", "shop")).toEqual({
    username: "x-access-token",
    password: TOKEN,
  });
  await Promise.all([forge.self(), forge.self()]);
  expect(await forge.self()).toEqual({
    id: 6,
    login: "kugetsu-bot",
    email: "6+kugetsu-bot@users.noreply.127.0.0.1",
  });
  expect(server.asked).toEqual(["GET /user"]);
  expect(server.authorizations).toEqual([`token ${TOKEN}`]);
  expect(await forge.credentials("olivia", "shop")).toEqual({
    username: "kugetsu-bot",
    password: TOKEN,
  });
});

test("can be used only while GitHub takes the token, and asks again after a failure", async () => {
  await using server = await replay([
    { path: "/user", status: 401, once: true },
    { path: "/user", answer: BOT, once: true },
    { path: "/user", status: 401 },
  ]);
  const forge = forgeAt(server);
  await expect(forge.self()).rejects.toMatchObject({ code: "unavailable", needsOperator: true });
  expect(await forge.self()).toMatchObject({ login: "kugetsu-bot" });
  await expect(forge.ping()).rejects.toMatchObject({ code: "unavailable" });
});

test("has no failed deliveries to ask for", () => {
  expect(forgeAt({ url: "https://git.corp" }).resendFailed).toBeUndefined();
});

test.each(["", "a b", "a\nb"])("is not %j", (token) => {
  expect(() => createGitHub({ auth: { kind: "token", token } })).toThrow(
    expect.objectContaining({ code: "invalid" }),
  );
});

const create = (token: string) => () =>
  createGitHub({ url: "https://github.com", apiUrl: undefined, auth: { kind: "token", token } });

test("a token with a line break at its end is told as that", () => {
  expect(create(`${TOKEN}\n`)).toThrow(/holds white space \(perhaps a line break at its end\)/);
  expect(create("")).toThrow("There is no token.");
});
