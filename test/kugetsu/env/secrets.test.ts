import { expect, test } from "vitest";
import { secretsIn } from "../../../src/kugetsu/env/secrets.ts";

test("values under names that sound like a secret, and passwords in addresses, are secrets", () => {
  const env = {
    OPENAI_API_KEY: "sk-1234567890",
    GITEA_TOKEN: "abcdef",
    DATABASE_URL: "postgres://shop:pa55word@db/shop",
    HTTPS_PROXY: "http://proxy:3128",
    GIT_AUTHOR_NAME: "kugetsu-bot",
    GIT_AUTHOR_EMAIL: "bot@example.org",
    PATH: "/usr/bin",
  };
  expect(secretsIn(env)).toEqual(["sk-1234567890", "abcdef", "pa55word"]);
});
