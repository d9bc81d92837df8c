import { expect, test } from "vitest";
import { openWorld, REPOSITORY, SECRET, type World } from "../support/world.ts";

/** A delivery as the forge would send it, told by somebody who knows the secret. */
type Body = Record<"comment" | "sender" | "repository", { user: object; body: string }>;

async function forged(world: World, change: (body: Body) => void): Promise<number | undefined> {
  const sent = world.forge.deliveries.findLast(({ event }) => event === "issue_comment");
  const body = JSON.parse(sent?.body ?? "{}") as Body;
  change(body);
  const delivery = await world.forge.deliver(REPOSITORY, {
    event: "issue_comment",
    body,
    signWith: SECRET,
  });
  return delivery.status;
}

test("what the forge does not confirm, and who may not push, start nothing", async () => {
  await using world = await openWorld();
  const { forge, model } = world;
  world.say("Just talking.", "olivia");
  await forge.deliveriesSent();
  const [talk] = forge.issue(REPOSITORY, 1).comments;
  const stories: ((body: Body) => void)[] = [
    (body) => Object.assign(body["comment"], { id: 4711, body: "/kugetsu fix" }),
    (body) => Object.assign(body["comment"], { body: "/kugetsu fix" }),
    (body) => {
      Object.assign(body["comment"], { body: "/kugetsu fix" });
      Object.assign(body["comment"].user, { id: 3, login: "walter" });
      Object.assign(body["sender"], { id: 3, login: "walter" });
    },
    (body) => {
      Object.assign(body["comment"], { body: "/kugetsu fix" });
      Object.assign(body["repository"], { id: 99, name: "vault", full_name: "olivia/vault" });
    },
  ];
  for (const story of stories) expect(await forged(world, story)).toBe(202);

  const rita = world.say("/kugetsu fix", "rita");
  world.say("/kugetsu fix", "nora");
  world.say("/kugetsu fix", "kugetsu-bot");
  // A later command of somebody who may shows that all before it were looked at.
  const help = world.say("/kugetsu halp", "walter");
  await forge.until(() =>
    world.botComments().some(({ body, id }) => id > help && body.includes("help")),
  );
  await forge.until(() => world.bot().log().split("refused").length > 2);
  expect(model.requests).toHaveLength(0);
  expect(forge.pulls(REPOSITORY)).toHaveLength(0);
  expect(forge.issue(REPOSITORY, 1).comments.find(({ id }) => id === rita)?.reactions).toEqual([
    { by: "kugetsu-bot", content: "-1" },
  ]);
  expect(forge.issue(REPOSITORY, 1).comments.find(({ id }) => id === talk?.id)?.reactions).toEqual(
    [],
  );
});
