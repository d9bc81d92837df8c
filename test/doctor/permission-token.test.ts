import { expect, test } from "vitest";
import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import { permissionToken } from "../../src/doctor/permission-token.ts";
import { look } from "./installation.ts";

test("it need not be set", async () => {
  expect(await look(permissionToken, { GITEA_URL: "http://x", GITEA_TOKEN: "x" })).toEqual([]);
});

test("it is to be of an admin of the whole server", async () => {
  await using sandbox = await startSandboxForge();
  const { token: ofAdmin } = sandbox.addUser("adam", { admin: true });
  const { token: ofBot } = sandbox.addUser("kugetsu-bot");
  const told = async (GITEA_PERMISSION_TOKEN: string) =>
    look(permissionToken, { GITEA_URL: sandbox.url, GITEA_PERMISSION_TOKEN });
  expect(await told(ofAdmin)).toMatchObject([
    { status: "ok", detail: "adam is an admin of the whole server." },
  ]);
  expect(await told(ofBot)).toMatchObject([
    { status: "warning", detail: expect.stringContaining("of kugetsu-bot, who is no admin") },
  ]);
  await expect(told("0".repeat(40))).rejects.toMatchObject({ code: "unavailable" });
});
