import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { SandboxForgeOptions } from "../../../src/demo/forge/sandbox.ts";
import { openAdmin } from "../../../src/forges/adapter.ts";
import { createForgeFile, withHooks } from "../../../src/forges/file.ts";
import { prove } from "../../../src/forges/setup/prove.ts";
import { allowedHostEntry } from "../../../src/forges/setup/reach.ts";
import { openSeen } from "../../../src/forges/setup/seen.ts";
import { watchScope } from "../../../src/forges/setup/watch.ts";
import { redacted } from "../../../src/redacted.ts";
import { openSetUp } from "../../cli/forge/world.ts";

const SHOP = "olivia/shop";

/** Watches the shop by that address and proves it; `spoil` comes in between. */
async function proved(options: {
  face?: SandboxForgeOptions;
  publicUrl?: (served: string) => string;
  spoil?: (set: Awaited<ReturnType<typeof openSetUp>>) => Promise<void>;
}) {
  const set = await openSetUp(options.face);
  onTestFinished(() => set[Symbol.asyncDispose]());
  await set.serve();
  await set.cli(["forge", "add", set.forge.url, "--token", "-", "--name", "work"], set.token);
  const file = createForgeFile(set.home, []);
  const stored = await file.load();
  const [found] = stored.forges;
  if (found === undefined) throw new Error("No forge.");
  const setting = withHooks(found, stored);
  const admin = openAdmin(setting);
  const publicUrl = options.publicUrl?.(set.publicUrl) ?? set.publicUrl;
  const watched = await watchScope(SHOP, { setting, file, admin, publicUrl, rotate: false });
  await set.forge.deliveriesSent();
  await options.spoil?.(set);
  using seen = openSeen(set.home);
  return await prove(watched, {
    setting,
    admin,
    publicUrl,
    seen,
    isServed: true,
    home: set.home,
    patienceMs: 400,
    since: Date.now() + 1,
    onWait: () => undefined,
  });
}

function withTls(address: string): string {
  return address.replace("http:", "https:");
}

async function forgetHook({ home }: { home: string }): Promise<void> {
  const file = createForgeFile(home, []);
  const [hook] = (await file.load()).hooks;
  await file.removeHook("work", hook?.id ?? "");
}

async function changeSecret({ home }: { home: string }): Promise<void> {
  const file = createForgeFile(home, []);
  const { hooks, forges } = await file.load();
  const [hook, forge] = [hooks[0], forges[0]];
  if (hook === undefined || forge === undefined) throw new Error("No hook.");
  await file.replaceHook(forge, { ...hook, secrets: redacted(["another secret than that"]) });
}

test("a forge that sends nothing to such addresses: the setting and its value are named", async () => {
  expect(await proved({ face: { allowedHosts: "external" } })).toMatchObject({
    kind: "failed",
    words: expect.stringContaining("no test delivery of the forge came") as string,
    advice: expect.stringContaining(
      "ALLOWED_HOST_LIST = external,loopback under [webhook]",
    ) as string,
  });
});

test("an address where nothing listens", async () => {
  expect(await proved({ publicUrl: () => "http://127.0.0.1:47" })).toMatchObject({
    kind: "failed",
    words: "http://127.0.0.1:47/healthz cannot be reached from here.",
    advice: expect.stringContaining("Nothing listens at that address and port.") as string,
  });
});

test("an address without TLS that is named with it", async () => {
  expect(await proved({ publicUrl: withTls })).toMatchObject({
    kind: "failed",
    advice: expect.stringMatching(/speaks no TLS/) as string,
  });
});

test("an address where something else answers", async () => {
  const other = createServer((_, response) => response.writeHead(200).end("Hello"));
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => {
    other.close();
    other.closeAllConnections();
  });
  const { port } = other.address() as AddressInfo;
  expect(await proved({ publicUrl: () => `http://127.0.0.1:${port}` })).toMatchObject({
    kind: "failed",
    words: expect.stringContaining("it is not kugetsu that answers") as string,
  });
});

test("a server that does not know the hook", async () => {
  expect(await proved({ spoil: forgetHook })).toMatchObject({
    kind: "failed",
    words: expect.stringContaining("does not know this webhook") as string,
  });
});

test("a secret that is not the forge's, as far as the forge tells", async () => {
  expect(await proved({ face: { face: "github" }, spoil: changeSecret })).toMatchObject({
    kind: "failed",
    words: expect.stringContaining("signed with another secret") as string,
  });
  expect(await proved({ spoil: changeSecret })).toMatchObject({
    kind: "failed",
    advice: expect.stringContaining("ALLOWED_HOST_LIST") as string,
  });
});

test.each([
  ["http://127.0.0.1:3000", "loopback"],
  ["http://[::1]:3000", "loopback"],
  ["http://10.1.2.3", "private"],
  ["http://192.168.1.5/kugetsu", "private"],
  ["http://[fd00::1]", "private"],
  ["http://169.254.1.1", "169.254.1.1"],
  // Shared address space, as of overlay networks, is public to Gitea.
  ["http://100.64.0.1", undefined],
  ["https://192.0.2.7", undefined],
])("%s has to be allowed as %s", async (url, entry) => {
  expect(await allowedHostEntry(url)).toBe(entry);
});
