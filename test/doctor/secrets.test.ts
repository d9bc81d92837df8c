import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runChecks } from "../../src/doctor/run-checks.ts";
import { maskOf } from "../../src/doctor/secrets.ts";
import { settings } from "../../src/doctor/settings.ts";
import { openSubject } from "../../src/doctor/subject.ts";
import { rsaKey } from "../forges/rsa-key.ts";
import { newHome, temporaryDirectory } from "./installation.ts";

test("a key's file that others may read is a problem, which says what to do", async () => {
  const HOME = temporaryDirectory();
  const GITHUB_APP_PRIVATE_KEY = join(HOME, "app.pem");
  writeFileSync(GITHUB_APP_PRIVATE_KEY, rsaKey(), { mode: 0o644 });
  const env = { HOME, GITHUB_APP_ID: "1", GITHUB_APP_ACCOUNTS: "acme", GITHUB_APP_PRIVATE_KEY };
  using subject = await openSubject(env);
  const { results } = await runChecks([settings], subject, async () => maskOf(subject));
  expect(results).toMatchObject([
    { status: "problem", detail: expect.stringContaining(`chmod 600 ${HOME}/app.pem`) as string },
  ]);
});

test("secrets of forges.json are hidden, of hooks and of what is left out too", async () => {
  const KUGETSU_HOME = newHome({
    "forges.json": JSON.stringify({
      forges: { bad: { kind: "svn", token: "of what is left out" } },
      hooks: [{ secrets: ["a hook's very own"] }],
    }),
  });
  using subject = await openSubject({ HOME: temporaryDirectory(), KUGETSU_HOME });
  const hide = await maskOf(subject);
  expect(hide("of what is left out, a hook's very own, the rest")).toBe("***, ***, the rest");
});
