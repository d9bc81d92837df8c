import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { startSandboxForge } from "../../../src/demo/forge/forge.ts";
import { createGitea } from "../../../src/forge/gitea.ts";

const ID = "0a1b2c3d-0000-4000-8000-0123456789ab";
const AT = { owner: "olivia", name: "shop", number: 1 };
const signal = new AbortController().signal;
const URL_WITH_PATH = "https://git.example.org/code";

test.each([
  `attachments/${ID}`,
  `/attachments/${ID}`,
  `/code/attachments/${ID}`,
  `/code/olivia/shop/attachments/${ID}`,
  `${URL_WITH_PATH}/attachments/${ID}`,
  `${URL_WITH_PATH}/olivia/shop/attachments/${ID.toUpperCase()}?raw#x`,
])("its own attachment is known as %s", (written) => {
  const pictures = createGitea({ url: URL_WITH_PATH, token: "t" }).pictures(AT);
  expect(pictures.own(written)).toBe(`${URL_WITH_PATH}/attachments/${ID}`);
});

test.each([
  `https://git.example.org/attachments/${ID}`,
  `https://git.example.org:444/code/attachments/${ID}`,
  `http://git.example.org/code/attachments/${ID}`,
  `https://git.example.org.evil.test/code/attachments/${ID}`,
  `https://git.example.org@evil.test/code/attachments/${ID}`,
  `https://me:pass@git.example.org/code/attachments/${ID}`,
  `//evil.test/attachments/${ID}`,
  `/\\evil.test/attachments/${ID}`,
  `${URL_WITH_PATH}/attachments/${ID}/..%2f`,
  `${URL_WITH_PATH}/attachments/../api/v1/user`,
  `${URL_WITH_PATH}/attachments/not-an-id`,
  `${URL_WITH_PATH}/a/b/c/attachments/${ID}`,
  "/user/logout",
  "javascript:alert(1)",
  "data:image/png;base64,AAAA",
  "",
])("%s is not its own", (written) => {
  const pictures = createGitea({ url: URL_WITH_PATH, token: "t" }).pictures(AT);
  expect(pictures.own(written)).toBeUndefined();
});

test("the token is used in a private repository alone, and opens nothing of it in a public one", async () => {
  await using forge = await startSandboxForge();
  forge.addUser("olivia");
  const { token } = forge.addUser("kugetsu-bot");
  for (const name of ["shop", "vault"]) {
    const options = {
      private: name === "vault",
      collaborators: { "kugetsu-bot": "write" },
    } as const;
    await forge.addRepository(`olivia/${name}`, options);
    forge.createIssue(`olivia/${name}`, { by: "olivia", title: name });
  }
  const attach = (name: string) =>
    forge.attach(`olivia/${name}`, 1, { name, bytes: Buffer.from(name) });
  const [open, secret] = [attach("shop"), attach("vault")];
  const gitea = createGitea({ url: forge.url, token });
  const readIn = async (name: string, markdown: string) => {
    const pictures = gitea.pictures({ ...AT, name });
    const address = pictures.own(/\((.*)\)/.exec(markdown)?.[1] ?? "") ?? "not its own";
    const answer = await pictures.read(address, signal);
    return answer.kind === "read" ? answer.bytes.toString() : answer.kind;
  };
  expect(await readIn("shop", open)).toBe("shop");
  expect(await readIn("shop", secret)).toBe("hidden");
  const fetched = () => forge.requests.filter(({ path }) => path.startsWith("/attachments/"));
  expect(fetched().map(({ login }) => login)).toEqual([undefined, undefined]);
  expect(await readIn("vault", secret)).toBe("vault");
  expect(fetched().at(-1)?.login).toBe("kugetsu-bot");
});

test("where everybody has to sign in, the token is, and it goes nowhere else", async () => {
  const seen: (string | undefined)[] = [];
  const other = createServer((request, response) => {
    seen.push(`other ${request.headers.authorization}`);
    response.end("stolen");
  });
  const forge = createServer((request, response) => {
    const { authorization } = request.headers;
    seen.push(authorization);
    const { port } = other.address() as AddressInfo;
    const location =
      authorization === undefined ? "/user/login" : `http://127.0.0.1:${port}${request.url}`;
    response.writeHead(303, { location }).end();
  });
  for (const server of [other, forge])
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
  try {
    const url = `http://127.0.0.1:${(forge.address() as AddressInfo).port}`;
    const pictures = createGitea({ url, token: "the-token" }).pictures(AT);
    const address = pictures.own(`/attachments/${ID}`) ?? "";
    expect(await pictures.read(address, signal)).toEqual({ kind: "elsewhere" });
    expect(seen).toEqual([undefined, "token the-token"]);
  } finally {
    for (const server of [other, forge]) {
      server.closeAllConnections();
      server.close();
    }
  }
});

test("one that does not come in time, or is said to be large, is not waited for", async () => {
  await using forge = await startSandboxForge();
  forge.addUser("olivia");
  await forge.addRepository("olivia/shop");
  forge.createIssue("olivia/shop", { by: "olivia", title: "It is broken" });
  const bytes = Buffer.alloc(5 * 1024 * 1024 + 1);
  const large = forge.attach("olivia/shop", 1, { name: "x", bytes });
  const path = /\((.*)\)/.exec(large)?.[1] ?? "";
  const pictures = createGitea({ url: forge.url, token: "t", timeoutMs: 300 }).pictures(AT);
  const address = pictures.own(path) ?? "";
  forge.fail({ path: /attachments/, answer: "hang" });
  expect(await pictures.read(address, signal)).toEqual({ kind: "unavailable" });
  const patient = createGitea({ url: forge.url, token: "t" }).pictures(AT);
  expect(await patient.read(address, signal)).toEqual({ kind: "too_large" });
});
