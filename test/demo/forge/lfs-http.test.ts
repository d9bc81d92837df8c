import { expect, test } from "vitest";
import { startWorld } from "./world.ts";

const TYPE = "application/vnd.git-lfs+json";

test("whoever may read the code is told where the objects lie, and gets them there", async () => {
  await using world = await startWorld();
  const { forge, tokens } = world;
  await forge.addRepository("olivia/closed", { private: true, collaborators: { rita: "read" } });
  const pointer = forge.addLfsObject("olivia/closed", "a picture\n");
  const [, oid = ""] = /sha256:([0-9a-f]{64})\nsize 10\n$/.exec(pointer) ?? [];
  const ask = async (token: string | undefined, accept = TYPE) =>
    fetch(`${forge.url}/olivia/closed.git/info/lfs/objects/batch`, {
      method: "POST",
      headers: {
        accept,
        "content-type": TYPE,
        ...(token !== undefined && { authorization: `Basic ${btoa(`x:${token}`)}` }),
      },
      body: JSON.stringify({
        operation: "download",
        objects: [
          { oid, size: 10 },
          { oid, size: 11 },
        ],
      }),
    });
  expect((await ask(undefined)).status).toBe(401);
  expect((await ask("0".repeat(40))).status).toBe(401);
  expect((await ask(tokens["nora"])).status).toBe(404);
  expect((await ask(tokens["narrow"])).status).toBe(403);
  expect((await ask(tokens["rita"], "application/json")).status).toBe(415);
  const href = `${forge.url}/olivia/closed.git/info/lfs/objects/${oid}`;
  const header = { Authorization: `Basic ${btoa(`x:${tokens["rita"]}`)}` };
  expect(await (await ask(tokens["rita"])).json()).toEqual({
    transfer: "basic",
    objects: [
      { oid, size: 10, actions: { download: { href, header } } },
      { oid, size: 11, error: { code: 404, message: "Not found" } },
    ],
  });
  expect(await (await fetch(href, { headers: header })).text()).toBe("a picture\n");
  expect((await fetch(href)).status).toBe(401);
});
