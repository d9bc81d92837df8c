import { expect, test } from "vitest";
import { createKnownSecrets } from "../src/known-secrets.ts";
import { createMask } from "../src/secrets.ts";

test("what is learned is hidden from then on, of tokens the newest", () => {
  const known = createKnownSecrets(["the first secret"]);
  const mask = createMask(known.all);
  expect(mask("the first secret, another secret")).toBe("***, another secret");
  known.learn("another secret");
  for (let number = 100; number < 200; number++) known.learnToken(`token-number-${number}`);
  known.learnToken("token-number-136");
  expect(mask("the first secret, another secret")).toBe("***, ***");
  expect(mask("token-number-199 token-number-136")).toBe("*** ***");
  expect(mask("token-number-100")).toBe("token-number-100");
  expect(known.all()).toHaveLength(66);
});
