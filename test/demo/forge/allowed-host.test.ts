import { expect, test } from "vitest";
import { isAllowed } from "../../../src/demo/forge/allowed-host.ts";
import { startReceiver, startWorld } from "./world.ts";

test.each([
  ["http://127.0.0.1:3000/", false],
  ["http://127.1.2.3/", false],
  ["http://localhost:3000/webhooks/gitea", false],
  ["http://[::1]:3000/", false],
  ["http://10.0.0.7/", false],
  ["http://172.31.255.1/", false],
  ["http://192.168.1.1/", false],
  ["http://169.254.169.254/", false],
  ["http://[fd00::1]/", false],
  ["http://8.8.8.8/", true],
  ["http://172.32.0.1/", true],
  ["http://[2001:4860:4860::8888]/", true],
])("external: %s, %s", async (url, allowed) => {
  expect(await isAllowed(url, "external")).toBe(allowed);
  expect(await isAllowed(url, "*")).toBe(true);
});

test("a forge that sends to external hosts only says nothing of what it does not send", async () => {
  await using receiver = await startReceiver();
  await using world = await startWorld({ allowedHosts: "external" });
  const { id } = world.forge.addHook("olivia/shop", { url: receiver.url });
  const tested = await world.ask("bot", "POST", `/api/v1/repos/olivia/shop/hooks/${id}/tests`);
  expect(tested.status).toBe(204);
  await world.forge.deliveriesSent();
  expect(world.forge.deliveries).toMatchObject([{ hookId: id, event: "push", status: 0 }]);
  expect(receiver.received).toEqual([]);
});
