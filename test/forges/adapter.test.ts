import { expect, test } from "vitest";
import { openForge, readerOf } from "../../src/forges/adapter.ts";
import { rsaKey } from "./rsa-key.ts";
import { giteaSetting } from "./setting.ts";

test("each kind has its adapter, with a token or as an App", () => {
  const github = { kind: "github", url: "https://github.example.org" } as const;
  const app = { ...giteaSetting(github), accounts: ["acme"] };
  for (const setting of [
    giteaSetting({ url: "https://git.example.org:3000/git" }),
    giteaSetting(github),
    { ...app, secrets: { ...app.secrets, token: undefined, app: { id: 1, privateKey: rsaKey() } } },
  ]) {
    const { kind, url } = setting;
    expect(openForge(setting)).toMatchObject({ kind, url, instance: new URL(url).host });
  }
});

test("each kind's deliveries are read as it writes them", () => {
  const gitea = readerOf(giteaSetting());
  const github = readerOf(giteaSetting({ kind: "github" }));
  const body = { zen: "Keep it logically awesome.", hook_id: 1 };
  const sent = new Headers({ "X-GitHub-Event": "ping", "X-GitHub-Delivery": "one-1" });
  expect(github.deliveryId(sent)).toBe("one-1");
  expect(github.read(sent, body)).toMatchObject({ kind: "other", name: "ping" });
  const told = new Headers({ "X-Gitea-Event-Type": "push", "X-Gitea-Delivery": "two-2" });
  expect(gitea.deliveryId(told)).toBe("two-2");
  expect(gitea.read(told, {})).toMatchObject({ kind: "other", name: "push" });
});
