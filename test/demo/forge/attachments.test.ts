import { expect, test } from "vitest";
import { startWorld } from "./world.ts";

test("an attachment is read by whoever may read its repository, below any repository's path", async () => {
  await using world = await startWorld();
  const { forge } = world;
  const bytes = Buffer.from("a picture");
  await forge.addRepository("olivia/secrets", { private: true });
  const addresses = ["olivia/shop", "olivia/secrets"].map((name) => {
    const number = forge.createIssue(name, { by: "olivia", title: "It is broken" });
    const markdown = forge.attach(name, number, { name: "shot.png", bytes });
    expect(markdown).toMatch(/^!\[shot\.png\]\(\/attachments\/[0-9a-f-]{36}\)$/);
    return `${forge.url}${/\((.*)\)/.exec(markdown)?.[1]}`;
  });
  const statuses = async (login?: string) => {
    const authorization = login && `token ${world.tokens[login]}`;
    const headers = new Headers(authorization === undefined ? {} : { authorization });
    const [open = "", secret = ""] = addresses;
    const elsewhere = secret.replace("/attachments/", "/olivia/shop/attachments/");
    const answers = await Promise.all(
      [open, secret, elsewhere].map((one) => fetch(one, { headers })),
    );
    return answers.map(({ status }) => status);
  };
  expect(await statuses()).toEqual([200, 404, 404]);
  expect(await statuses("nora")).toEqual([200, 404, 404]);
  expect(await statuses("olivia")).toEqual([200, 200, 200]);
  const answer = await fetch(addresses[0] ?? "");
  expect(await answer.text()).toBe("a picture");
  expect((await fetch(`${forge.url}/attachments/unknown`)).status).toBe(404);
});
