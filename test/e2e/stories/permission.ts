import { expect } from "vitest";
import type { StoryWorld } from "../../support/story-world.ts";

const UNITS = ["repo.code", "repo.issues", "repo.pulls"];
const units = (access: "read" | "write") => Object.fromEntries(UNITS.map((unit) => [unit, access]));

/** Who may give orders, in a personal repository and in an organisation whose teams have rights by unit. */
export async function permission({ forge, repository, ...world }: StoryWorld): Promise<void> {
  const { owner, writer, reader, outsider, bot } = forge.people;
  const ask = async (at: string, issue: number, by: string) => {
    const id = await forge.comment(at, issue, { by, body: "/kugetsu status" });
    const given = await forge.until(
      async () => {
        const all = await forge.reactions(at, issue, id, bot);
        return all.length > 0 ? all : undefined;
      },
      { what: `a reaction to ${by} in ${at}` },
    );
    return given.join();
  };
  const table = async (at: string) => {
    const issue = await forge.createIssue(at, { by: owner, title: "Who may?" });
    return {
      owner: await ask(at, issue, owner),
      writer: await ask(at, issue, writer),
      reader: await ask(at, issue, reader),
      outsider: await ask(at, issue, outsider),
    };
  };
  const MAY = { owner: "eyes", writer: "eyes", reader: "-1", outsider: "-1" };
  expect(await table(repository)).toEqual(MAY);

  const open = async (name: string, owners: string[], writers: string[]) => {
    const organization = await forge.addOrganization(name, owners);
    await forge.addTeam(organization, {
      name: "writers",
      unitsMap: units("write"),
      members: writers,
    });
    await forge.addTeam(organization, {
      name: "readers",
      unitsMap: units("read"),
      members: [reader],
    });
    const triage = { ...units("read"), "repo.issues": "write" } as const;
    await forge.addTeam(organization, { name: "triage", unitsMap: triage, members: [outsider] });
    const at = await forge.addRepository(organization, "api", {
      files: { "README.md": "# api\n" },
    });
    await world.watch(at);
    return at;
  };
  // As one of the owners the bot is told all.
  expect(await table(await open("core", [owner, bot], [writer]))).toEqual(MAY);
  // As one of the writers it is told who else is one, and nothing else.
  const told = { owner: "-1", writer: "eyes", reader: "-1", outsider: "-1" };
  expect(await table(await open("bolt", [owner], [writer, bot]))).toEqual(told);
}
