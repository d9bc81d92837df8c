import { expect, test } from "vitest";
import { gitHubAddress } from "../../../src/forge/github/address.ts";

test.each<[string, string | undefined, string, string, boolean]>([
  ["https://github.com", undefined, "github.com", "https://api.github.com", true],
  ["https://GitHub.com/", undefined, "github.com", "https://api.github.com", true],
  ["https://octo.ghe.com", undefined, "octo.ghe.com", "https://api.octo.ghe.com", true],
  ["https://git.corp:8443", undefined, "git.corp:8443", "https://git.corp:8443/api/v3", false],
  ["https://git.corp", "https://api.corp/v3/", "git.corp", "https://api.corp/v3", false],
  [
    "https://github.com.evil.org",
    undefined,
    "github.com.evil.org",
    "https://github.com.evil.org/api/v3",
    false,
  ],
])("%s with API %s", (url, apiUrl, instance, api, isHosted) => {
  expect(gitHubAddress(url, apiUrl)).toMatchObject({ instance, api, isHosted });
});

test.each(["", "api.github.com", "https://user@api.github.com"])("has no API at %j", (api) => {
  expect(() => gitHubAddress("https://github.com", api)).toThrow(
    expect.objectContaining({ code: "invalid" }),
  );
});
