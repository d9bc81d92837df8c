import { createServer } from "node:http";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { adviceFor } from "../../src/forge/unreachable.ts";

/** As fetch throws it: what the system said is the cause. */
function failure(code: string): Error {
  return new TypeError("fetch failed", { cause: Object.assign(new Error("…"), { code }) });
}

async function ask(url: string): Promise<unknown> {
  return fetch(url).catch((error: unknown) => adviceFor(error));
}

test.each([
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "NODE_EXTRA_CA_CERTS"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "NODE_EXTRA_CA_CERTS"],
  ["CERT_HAS_EXPIRED", "has expired"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "for another name"],
  ["ENOTFOUND", "no such host"],
  ["EHOSTUNREACH", "No way leads"],
])("%s is said in words that help", (code, words) => {
  expect(adviceFor(failure(code))).toContain(words);
});

test("an address without a listener, and one without TLS, as the system really says it", async () => {
  const server = createServer((_, response) => response.end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  expect(await ask(`https://127.0.0.1:${port}`)).toContain("speaks no TLS");
  server.close();
  server.closeAllConnections();
  await once(server, "close");
  expect(await ask(`http://127.0.0.1:${port}`)).toContain("Nothing listens");
});

test("of anything else nothing is made up", () => {
  expect(adviceFor(new Error("timeout"))).toBeUndefined();
  expect(adviceFor("ENOTFOUND")).toBeUndefined();
  const endless = new Error("a");
  endless.cause = endless;
  expect(adviceFor(endless)).toBeUndefined();
});
