import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { cloneUrlOf } from "../../src/kugetsu/clone-url.ts";
import { KugetsuError } from "../../src/kugetsu/errors.ts";
import { parseRef } from "../../src/kugetsu/ref.ts";

const REF = parseRef("github.com/shoko/kugetsu#14");
const DERIVED = { url: "https://github.com/shoko/kugetsu.git", credentials: undefined };

/** A home with that `repos.json`. */
async function homeWith(repos: unknown) {
  const root = mkdtempSync(join(tmpdir(), "kugetsu-repos-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const home = { root, repos: join(root, "repos.json") };
  if (repos !== undefined)
    await writeFile(home.repos, typeof repos === "string" ? repos : JSON.stringify(repos), {
      mode: 0o600,
    });
  return home;
}

async function refusalOf(repos: unknown): Promise<KugetsuError> {
  const home = await homeWith(repos);
  const refusal: unknown = await cloneUrlOf(home, REF).catch((error: unknown) => error);
  if (refusal instanceof KugetsuError) return refusal;
  throw new Error(`No refusal: ${JSON.stringify(refusal)}`);
}

describe("the address of a repository", () => {
  test("is derived from the ref where nothing else is said", async () => {
    for (const repos of [undefined, "", " \n", {}, { "github.com/shoko/other": "https://x/y" }])
      expect(await cloneUrlOf(await homeWith(repos), REF)).toEqual(DERIVED);
    expect(
      await cloneUrlOf(await homeWith({}), parseRef("Git.Example.org:3000/Ann/calc#-discuss")),
    ).toEqual({ url: "https://git.example.org:3000/Ann/calc.git", credentials: undefined });
  });

  test.each([
    "github.com/shoko/kugetsu",
    "github.com/shoko/kugetsu#14",
    "github.com/shoko kugetsu#14",
    "github.com/shoko kugetsu",
    "github.com shoko kugetsu#14",
    "GitHub.com/shoko/kugetsu#14",
    " github.com/shoko/kugetsu ",
  ])("is found under %j", async (key) => {
    const home = await homeWith({ [key]: "https://custom.repo.url/owner/repo.git" });
    expect((await cloneUrlOf(home, REF)).url).toBe("https://custom.repo.url/owner/repo.git");
  });

  test.each([
    "github.com/Shoko/kugetsu",
    "github.com/shoko/kugetsu#1",
    "github.com/shoko/kugetsu#-14",
    "github.org/shoko/kugetsu",
  ])("is another one's under %j", async (key) => {
    expect(await cloneUrlOf(await homeWith({ [key]: "https://x/y.git" }), REF)).toEqual(DERIVED);
  });

  test("of an issue goes before the one of its repository, and is read anew", async () => {
    const home = await homeWith({
      "github.com/shoko/kugetsu#14": "/srv/one.git",
      "github.com/shoko/kugetsu": "/srv/all.git",
    });
    expect((await cloneUrlOf(home, REF)).url).toBe("/srv/one.git");
    expect((await cloneUrlOf(home, { ...REF, identifier: "15" })).url).toBe("/srv/all.git");
    await writeFile(home.repos, "{}");
    expect(await cloneUrlOf(home, REF)).toEqual(DERIVED);
  });

  test.each([
    "https://git.example.org:3000/a/b.git",
    "http://127.0.0.1:3000/a/b",
    "ssh://git@git.example.org:2222/a/b.git",
    "ssh://[::1]/a/b.git",
    "git@github.com:shoko/kugetsu.git",
    "github.com:shoko/kugetsu.git",
    "/srv/a b/ü.git",
    "file:///srv/a%20b.git",
  ])("may be %s", async (url) => {
    const home = await homeWith({ "github.com/shoko/kugetsu": url });
    expect(await cloneUrlOf(home, REF)).toEqual({ url, credentials: undefined });
  });

  test("comes apart from the user and password in it", async () => {
    const home = await homeWith({
      "github.com/shoko/kugetsu": "https://bot:p%40ss%2F@git.example.org/a/b.git",
      "github.com/shoko/other": "https://only-a-token@git.example.org/a/b.git",
    });
    expect(await cloneUrlOf(home, REF)).toEqual({
      url: "https://git.example.org/a/b.git",
      credentials: { username: "bot", password: "p@ss/" },
    });
    expect((await cloneUrlOf(home, { ...REF, repo: "other" })).credentials).toEqual({
      username: "only-a-token",
      password: "",
    });
  });

  test.each([
    ["a program", "ext::sh -c touch% /tmp/x"],
    ["a file descriptor", "fd::17"],
    ["another transport", "git://github.com/a/b.git"],
    ["another scheme", "ftp://github.com/a/b.git"],
    ["an option", "--upload-pack=touch /tmp/x"],
    ["an option for ssh as the host", "ssh://-oProxyCommand=touch/x"],
    ["an option for ssh as the user", "ssh://-oProxyCommand=x@host/x"],
    ["an scp-like option", "-oProxyCommand=x:path"],
    ["a user that is an option", "-l@host:path"],
    ["a path that is an option", "git@host:-x"],
    ["a path of ssh that is an option", "ssh://host/-x"],
    ["a password for ssh", "ssh://git:hunter2@host/x"],
    ["a relative path", "../repository"],
    ["a file of another host", "file://host/x"],
    ["a file with an encoded slash", "file:///a%2Fb"],
    ["a file with an encoded NUL", "file:///a%00b"],
    ["a line break", "https://host/a\nb"],
    ["a NUL", "/srv/a\0b"],
    ["no text", ""],
    ["4 KB", `https://host/${"x".repeat(4096)}`],
    ["a number", 14],
    ["a list", ["https://host/x"]],
    ["null", null],
  ])("is never %s", async (_, value) => {
    const { code, message, hint } = await refusalOf({ "github.com/shoko kugetsu#14": value });
    expect(code).toBe("invalid");
    expect(message).toContain('repos.json: "github.com/shoko kugetsu#14": Not a clone URL: ');
    expect(message).not.toContain("hunter2");
    expect(hint).toContain("git clone");
  });

  test("is never a place where agents write", async () => {
    const home = await homeWith({});
    for (const url of [`${home.root}/worktrees/x`, `file://${home.root}/private/../worktrees/x`]) {
      await writeFile(home.repos, JSON.stringify({ "github.com/shoko/kugetsu": url }));
      await expect(cloneUrlOf(home, REF)).rejects.toThrow("it lies in KUGETSU_HOME");
    }
  });

  test("is not looked for in a file that is no JSON object, whose words are never quoted", async () => {
    const broken = await refusalOf('{\n  "a": "https://bot:hunter2@host/x",\n  oops\n}');
    expect(broken.message).toMatch(/repos\.json line 3 is no JSON\.$/);
    expect(`${broken.hint} ${String(broken.cause)}`).not.toContain("hunter2");
    expect((await refusalOf('{"a": "x')).message).toContain("is no JSON.");
    for (const text of ["[]", "null", '"x"', "14"])
      expect((await refusalOf(text)).message).toContain("repos.json is no JSON object.");
    const home = await homeWith(undefined);
    await mkdir(home.repos);
    await expect(cloneUrlOf(home, REF)).rejects.toThrow("is not a regular file");
  });

  test("is found beside keys that mean nothing, which are named", async () => {
    const home = await homeWith(
      `{"__proto__": "https://x/y", "https://github.com/shoko/kugetsu": "https://x/y",
        "github.com/shoko/kugetsu": "https://host/x"}`,
    );
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    expect((await cloneUrlOf(home, REF, { warn })).url).toBe("https://host/x");
    expect(warnings).toEqual([
      `${home.repos}: "__proto__" is neither an issue ref nor instance/user/repo.`,
      `${home.repos}: "https://github.com/shoko/kugetsu" is neither an issue ref nor instance/user/repo.`,
    ]);
  });

  test("stands in a file that others cannot read, since it may hold a password", async () => {
    const home = await homeWith(undefined);
    await writeFile(home.repos, "{}", { mode: 0o644 });
    await cloneUrlOf(home, REF);
    expect((await stat(home.repos)).mode & 0o777).toBe(0o600);
  });
});
