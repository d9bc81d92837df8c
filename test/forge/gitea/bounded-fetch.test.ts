import { expect, test } from "vitest";
import { boundedFetch } from "../../../src/forge/gitea/bounded-fetch.ts";
import { captured, replay } from "./captured.ts";

const JSON_TYPE = "application/json";

test.each<[string, RequestInit, string | undefined]>([
  ["a body without one is JSON", { method: "POST", body: "{}" }, JSON_TYPE],
  [
    "a body with other headers alone is JSON",
    { method: "POST", body: "{}", headers: { accept: JSON_TYPE } },
    JSON_TYPE,
  ],
  [
    "a text's own one is JSON",
    { method: "POST", body: "{}", headers: { "content-type": "text/plain;charset=UTF-8" } },
    JSON_TYPE,
  ],
  [
    "another one stays",
    { method: "POST", body: "{}", headers: { "Content-Type": "application/merge-patch+json" } },
    "application/merge-patch+json",
  ],
  ["without a body there is none", {}, undefined],
])("the content type: %s", async (_, init, type) => {
  await using server = await replay([captured("001"), captured("001", { method: "POST" })]);
  const api = `${server.url}/api/v1`;
  const response = await boundedFetch(api, 10_000)(`${api}/user`, init);
  expect(response.status).toBe(200);
  expect(server.types).toEqual([type]);
});

test("a body keeps its type where it is sent on to a renamed repository", async () => {
  const from = "/api/v1/repos/olivia/shop";
  const to = "/api/v1/repos/olivia/store";
  const moved = { method: "POST", path: from, status: 307, headers: { location: to }, body: "" };
  await using server = await replay([moved, captured("001", { method: "POST", path: to })]);
  const send = boundedFetch(`${server.url}/api/v1`, 10_000);
  await send(`${server.url}${from}`, { method: "POST", body: "{}" });
  expect(server.types).toEqual([JSON_TYPE, JSON_TYPE]);
});
