import { expect, test } from "vitest";
import { pmAccess } from "../../src/forges/pm-access.ts";
import { NOBODY } from "../../src/kugetsu/git/place.ts";
import { agentEnvironment } from "../../src/kugetsu/env/agent.ts";
import { giteaSetting } from "./setting.ts";

const OWN = giteaSetting({ url: "https://own.example.org" });
const WORK = giteaSetting({ name: "work", url: "https://work.example.org" });
const HUB = giteaSetting({ name: "github", kind: "github", url: "https://github.com" });
const PM_ENV = new Map([
  ["GITEA_TOKEN", "the PM agent's at home"],
  ["FORGEJO_TOKEN", "the same for another tool"],
  ["GITHUB_TOKEN", "the PM agent's on GitHub"],
  ["GITEA_URL", "https://own.example.org"],
  ["MY_NOTE", "1"],
]);

/** The variables of a PM agent whose order came from there, and what it does not get. */
function environmentAt(url: string, forges = [OWN, WORK, HUB]) {
  const withheld: string[] = [];
  const { GITEA_URL, GITHUB_URL, GITEA_TOKEN, FORGEJO_TOKEN, GITHUB_TOKEN, MY_NOTE } =
    agentEnvironment({
      kind: "pm",
      source: {},
      defaultEnv: new Map(),
      pmEnv: PM_ENV,
      pass: [],
      identity: NOBODY,
      tempDir: "/tmp",
      secrets: [],
      giteaUrl: url,
      pmAccess: pmAccess(forges, url),
      withheld: (name, why) => withheld.push(`${name}: ${why}`),
    });
  const has = { GITEA_URL, GITHUB_URL, GITEA_TOKEN, FORGEJO_TOKEN, GITHUB_TOKEN, MY_NOTE };
  return { has: Object.fromEntries(Object.entries(has).filter(([, value]) => value)), withheld };
}

test("a PM agent has the token of the forge that its order came from, and of no other one", () => {
  expect(environmentAt(OWN.url).has).toEqual({
    GITEA_URL: OWN.url,
    GITEA_TOKEN: "the PM agent's at home",
    FORGEJO_TOKEN: "the same for another tool",
    MY_NOTE: "1",
  });
  const { has, withheld } = environmentAt(WORK.url);
  expect(has).toEqual({ GITEA_URL: WORK.url, MY_NOTE: "1" });
  expect(withheld).toContain("GITEA_TOKEN: it is for https://own.example.org");
  expect(environmentAt(HUB.url).has).toEqual({
    GITHUB_URL: HUB.url,
    GITHUB_TOKEN: "the PM agent's on GitHub",
    MY_NOTE: "1",
  });
});

test("the only Gitea's is given there, and a token for what is no configured forge nowhere", () => {
  const { has, withheld } = environmentAt(OWN.url, [OWN]);
  expect(has).toMatchObject({ GITEA_URL: OWN.url, GITEA_TOKEN: "the PM agent's at home" });
  expect(has).not.toHaveProperty("GITHUB_TOKEN");
  expect(withheld).toEqual(["GITHUB_TOKEN: no forge is configured that it could be for"]);
  // The order's forge is not configured any more.
  expect(environmentAt(WORK.url, []).has).toEqual({ GITEA_URL: WORK.url, MY_NOTE: "1" });
  expect(environmentAt(HUB.url, [HUB]).has).toEqual({
    GITHUB_URL: HUB.url,
    GITHUB_TOKEN: "the PM agent's on GitHub",
    MY_NOTE: "1",
  });
});
