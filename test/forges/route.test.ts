import { expect, test } from "vitest";
import type { ForgeEvent } from "../../src/forge/event.ts";
import { routeOf, whyForeign } from "../../src/forges/route.ts";
import { giteaSetting, SECRET } from "./setting.ts";

const SHOP = {
  id: "aaaaaaaaaaaaaaaa",
  scope: "olivia/shop",
  scopeId: 9,
  remoteId: 1,
  secrets: ["the secret of the shop's hook"],
};
const ACME = {
  ...SHOP,
  id: "bbbbbbbbbbbbbbbb",
  scope: "Acme",
  secrets: ["the secret of acme's hook"],
};
const GITEA = giteaSetting({ hooks: [SHOP, ACME] });
const APP = giteaSetting({
  kind: "github",
  app: { id: 1, privateKey: "" },
  accounts: ["acme"],
  hooks: [SHOP],
});

const at = (id: number, owner: string, name: string): ForgeEvent => ({
  kind: "words_gone",
  place: "comment",
  repository: { id, owner, name },
  issueNumber: 1,
  id: 1,
  actor: { id: 1, login: "olivia" },
});
const PING: ForgeEvent = { kind: "other", name: "ping" };
const installation = (login: string): ForgeEvent => ({
  kind: "installation",
  action: "created",
  id: 1,
  account: { id: 1, login },
  repositories: [],
});

test("a hook's address takes its own secrets, and another's and the forge's do not count there", () => {
  const { secrets } = routeOf(GITEA);
  expect(secrets(undefined)).toEqual([SECRET]);
  expect(secrets(SHOP.id)).toEqual(SHOP.secrets);
  expect(secrets(ACME.id)).toEqual(ACME.secrets);
  for (const unknown of ["cccccccccccccccc", "", "constructor"])
    expect(secrets(unknown)).toBeUndefined();
});

test.each<[string, ForgeEvent, string | undefined, boolean]>([
  ["the forge's own hook speaks for everything", at(77, "nora", "x"), undefined, true],
  ["a repository's hook speaks for it", at(9, "olivia", "shop"), SHOP.id, true],
  ["also when it has another name by now", at(9, "nora", "till"), SHOP.id, true],
  ["not for another one", at(10, "olivia", "till"), SHOP.id, false],
  ["not for another one that has its name now", at(10, "olivia", "shop"), SHOP.id, false],
  ["an organisation's hook speaks for its repositories", at(77, "aCME", "api"), ACME.id, true],
  ["not for another owner's", at(9, "olivia", "shop"), ACME.id, false],
  ["not for one with a longer name", at(77, "acme-evil", "api"), ACME.id, false],
  ["a hook may ping", PING, SHOP.id, true],
  [
    "a push to another repository is foreign too",
    { ...PING, repository: { id: 1, owner: "a", name: "b" } },
    SHOP.id,
    false,
  ],
  ["a hook speaks for no installation", installation("acme"), SHOP.id, false],
  ["a hook that is gone speaks for nothing", at(9, "olivia", "shop"), "c".repeat(16), false],
])("%s", (_, event, hook, isHeard) => {
  expect(whyForeign(GITEA, hook, event) === undefined).toBe(isHeard);
});

test.each<[string, ForgeEvent, string | undefined, boolean]>([
  ["an account that was named is heard", at(1, "Acme", "api"), undefined, true],
  ["any other is not", at(1, "nora", "api"), undefined, false],
  ["nor by a hook", at(9, "olivia", "shop"), SHOP.id, false],
  ["an installation of an account that was named is", installation("acme"), undefined, true],
  ["any other installation is not", installation("nora"), undefined, false],
  ["a ping is", PING, undefined, true],
])("of a GitHub App, %s", (_, event, hook, isHeard) => {
  expect(whyForeign(APP, hook, event) === undefined).toBe(isHeard);
});
