import { execa } from "execa";
import { expect, test } from "vitest";
import { createGitHub } from "../../../src/forge/github.ts";
import { AT, comment, REPO, TOKEN } from "./published.ts";
import { replay } from "./replay.ts";

const PATH = `${REPO}/issues/comments/5`;

test("writes come a second apart where GitHub limits them, and reads at once", async () => {
  await using server = await replay([
    { method: "PATCH", path: PATH, body: { body: "1" }, answer: comment(5) },
    { method: "PATCH", path: PATH, body: { body: "2" }, answer: comment(5) },
    { path: PATH, answer: comment(5) },
  ]);
  const auth = { kind: "token", token: TOKEN } as const;
  const forge = createGitHub({ url: server.url, auth, paced: true });
  const started = performance.now();
  const first = forge.editComment(AT.owner, AT.name, 5, "1");
  const second = forge.editComment(AT.owner, AT.name, 5, "2");
  await first;
  await forge.comment(AT.owner, AT.name, 5);
  await second;
  expect(performance.now() - started).toBeGreaterThan(950);
  expect(server.asked).toEqual([`PATCH ${PATH}`, `GET ${PATH}`, `PATCH ${PATH}`]);
});

test("what was paced does not hold up the end of the process", async () => {
  await using server = await replay([
    { method: "PATCH", path: PATH, body: { body: "1" }, answer: comment(5) },
  ]);
  const github = new URL("../../../src/forge/github.ts", import.meta.url).href;
  const code = `
    const { createGitHub } = await import(${JSON.stringify(github)});
    const auth = { kind: "token", token: "${TOKEN}" };
    const forge = createGitHub({ url: "${server.url}", auth, paced: true });
    await forge.editComment("olivia", "shop", 5, "1");`;
  const { exitCode, stdout, stderr } = await execa("node", ["--input-type=module", "-e", code], {
    timeout: 20_000,
  });
  expect([exitCode, stdout, stderr]).toEqual([0, "", ""]);
});
