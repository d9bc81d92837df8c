import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { sandbox } from "../../src/doctor/sandbox.ts";
import { NO_SANDBOX } from "../support/sandbox.ts";
import { look, newHome, temporaryDirectory } from "./installation.ts";

test.skipIf(NO_SANDBOX !== undefined)(
  "one that works is well, and leaves the home alone",
  async () => {
    const KUGETSU_HOME = newHome();
    const found = await look(sandbox, { KUGETSU_HOME });
    expect(found[0]).toMatchObject({ status: "ok" });
    expect(found.filter(({ status }) => status === "problem")).toEqual([]);
    expect(readdirSync(KUGETSU_HOME)).toEqual(["env"]);
  },
);

test("where there is none a server has a problem, and the command line a warning", async () => {
  const PATH = temporaryDirectory();
  expect(await look(sandbox, { PATH })).toMatchObject([{ status: "warning" }]);
  for (const env of [{ SANDBOX: "required" }, { GITEA_URL: "https://git.example.org" }])
    expect(await look(sandbox, { PATH, ...env })).toMatchObject([{ status: "problem" }]);
});

test("one that is switched off is warned of", async () => {
  expect(await look(sandbox, { SANDBOX: "off" })).toMatchObject([{ status: "warning" }]);
});
