import { expect, test } from "vitest";
import { startWorld } from "./world.ts";

const REPOSITORY = "olivia/shop";

test("the page of a thread shows what people wrote without letting it act", async () => {
  await using world = await startWorld();
  const { forge } = world;
  forge.createIssue(REPOSITORY, {
    by: "olivia",
    title: "<img src=x>",
    body: "</pre><script>alert(1)</script>",
  });
  const id = forge.comment(REPOSITORY, 1, {
    by: "walter",
    body: "one <!-- hidden --> javascript:alert(1)",
  });
  forge.editComment(id, {
    by: "walter",
    body: `two #1 ${forge.url}/olivia/shop/pulls/2 http://elsewhere.test/`,
  });
  forge.react(id, { by: "olivia", content: "eyes" });
  const response = await fetch(`${forge.url}/olivia/shop/issues/1`);
  const page = await response.text();
  expect(response.status).toBe(200);
  expect(page).toContain("&lt;img src=x&gt;");
  expect(page).toContain("&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(page).not.toContain("<img");
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page).toContain("edited once");
  expect(page).toContain('title="eyes"');
  expect(page).toContain('href="/olivia/shop/pulls/2"');
  expect(page).not.toContain('href="http://elsewhere.test');
});

test("the policy lets only the page's own script and style run, with a nonce used once", async () => {
  await using world = await startWorld();
  const policies = await Promise.all(
    [1, 2].map(async () => {
      const response = await fetch(world.forge.url);
      const policy = response.headers.get("content-security-policy") ?? "";
      const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1];
      expect(await response.text()).toContain(`<script nonce="${nonce}">`);
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain("unsafe");
      return policy;
    }),
  );
  expect(policies[0]).not.toBe(policies[1]);
});

test("the list names every issue and leads to its page", async () => {
  await using world = await startWorld();
  world.forge.createIssue(REPOSITORY, { by: "olivia", title: "Total is wrong" });
  const page = await (await fetch(world.forge.url)).text();
  expect(page).toContain('href="/olivia/shop/issues/1"');
  expect(page).toContain("Total is wrong");
  expect((await fetch(`${world.forge.url}/olivia/shop/issues/2`)).status).toBe(404);
});

test("an open page is told of every change", async () => {
  await using world = await startWorld();
  const response = await fetch(`${world.forge.url}/changes`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader?.read();
  expect(first?.value).toContain("data:");
  world.forge.createIssue(REPOSITORY, { by: "olivia", title: "x" });
  const second = await reader?.read();
  expect(second?.value).toContain("data:");
  expect(second?.value).not.toBe(first?.value);
  await reader?.cancel();
});
