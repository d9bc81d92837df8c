import { describe, expect, test } from "vitest";
import { extrasOf, repositoryAt } from "../../src/handlers/extras.ts";
import { openDesk, workOn } from "./desk.ts";

const LIB = { owner: "olivia", name: "lib" };

describe("repositoryAt", () => {
  test.each([
    "https://git.example.org/olivia/lib",
    "https://git.example.org:443/olivia/lib.git",
    "https://git.example.org/olivia/lib.git/",
    "ssh://git@git.example.org:2222/olivia/lib.git",
    "git@git.example.org:olivia/lib.git",
  ])("knows %s as one of the forge", (address) => {
    expect(repositoryAt("https://git.example.org", address)).toEqual(LIB);
  });

  test.each([
    "http://git.example.org/olivia/lib",
    "https://git.example.org:8443/olivia/lib",
    "https://git.example.org.evil.example/olivia/lib",
    "https://git.example.org@evil.example/olivia/lib",
    "https://bot:token@git.example.org/olivia/lib",
    "https://git.example.org/olivia/lib?x=1",
    "https://git.example.org/olivia",
    "https://git.example.org/olivia/lib/more",
    "https://git.example.org/olivia/%2e%2e",
    "https://git.example.org/olivia/l%20b",
    "ssh://evil.example/olivia/lib.git",
    "git@evil.example:olivia/lib.git",
    "git@git.example.org:../lib.git",
    "git://git.example.org/olivia/lib",
    "file:///olivia/lib",
    "/olivia/lib",
    "../lib.git",
    "",
  ])("takes %j for none of it", (address) => {
    expect(repositoryAt("https://git.example.org", address)).toBeUndefined();
  });

  test("a forge below a path has its repositories there", () => {
    const url = "https://example.org/git";
    expect(repositoryAt(url, "https://example.org/git/olivia/lib.git")).toEqual(LIB);
    expect(repositoryAt(url, "https://example.org/olivia/lib.git")).toBeUndefined();
  });
});

describe("extrasOf", () => {
  test("what the operator allows holds for all, an owner, or one repository", async () => {
    await using desk = await openDesk();
    const work = workOn(desk, desk.job());
    const allowed = (...allowSubmodules: string[]) =>
      extrasOf({ ...work, settings: { ...work.settings, allowSubmodules } }, "main").allowed;
    for (const word of ["all", "olivia", "Olivia/Shop"])
      expect(allowed("x", word)).toEqual({ submodules: true, lfs: false });
    expect(allowed()).toEqual({ submodules: false, lfs: false });
    expect(allowed("olivia/lib", "shop", "oliv")).toEqual({ submodules: false, lfs: false });
  });

  test("the token goes to a private repository only for those who may read it themselves", async () => {
    await using desk = await openDesk();
    const collaborators = { "kugetsu-bot": "write" } as const;
    await desk.forge.addRepository("olivia/lib", { private: true, collaborators });
    const job = desk.job();
    const at = async (by = job.actor) =>
      extrasOf(workOn(desk, { ...job, actor: by }), "main").repositoryAt(
        `${desk.forge.url}/olivia/lib`,
      );
    expect(await at()).toMatchObject({
      name: "olivia/lib",
      url: desk.gitea.cloneUrl("olivia", "lib"),
    });
    expect(await (await at())?.credentials()).toBeUndefined();
    const operator = { id: 0, login: "operator" };
    const token = await desk.gitea.credentials("olivia", "lib");
    expect(await (await at(operator))?.credentials()).toEqual(token);
    desk.forge.setCollaborator("olivia/lib", "walter", "write");
    expect(await (await at())?.credentials()).toEqual(token);
  });
});
