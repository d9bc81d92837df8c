import { expect, test } from "vitest";
import { createGiteaCall } from "../support/gitea-call.ts";
import { serverUnderTest } from "./server.ts";
import { openServer } from "./world.ts";

test("what a test makes on the server is gone with it", async () => {
  const { url, token } = serverUnderTest();
  const call = createGiteaCall(url, token);
  const forge = await openServer();
  const { owner, outsider, writer } = forge.people;
  const names: string[] = Object.values(forge.people);
  try {
    const shop = await forge.addRepository(owner, "shop", { files: { a: "a\n" } });
    await forge.fork(shop, outsider);
    const issue = await forge.createIssue(shop, { by: writer, title: "Broken" });
    await forge.comment(shop, issue, { by: outsider, body: "Badly." });
    const organization = await forge.addOrganization("acme", [owner]);
    names.push(organization);
    const units = { "repo.code": "write" } as const;
    await forge.addTeam(organization, { name: "writers", unitsMap: units, members: [writer] });
    await forge.addRepository(organization, "api", { private: true, files: { a: "a\n" } });
    for (const name of names) expect(await call("GET", `/users/${name}`)).toBeDefined();
  } finally {
    await forge[Symbol.asyncDispose]();
  }
  for (const name of names)
    expect(await call("GET", `/users/${name}`, { expected: [404] })).toBeUndefined();
  const ending = /-[0-9a-f]{8}$/.exec(owner)?.[0] ?? "";
  const found = await call<{ data: { full_name: string }[] }>("GET", "/repos/search?limit=50");
  const left = found?.data.filter(({ full_name: name }) => name.includes(ending));
  expect(left).toEqual([]);
});
