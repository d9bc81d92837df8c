import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { emptyTemp, prepareHome } from "../../../src/kugetsu/opencode/home.ts";
import type { AgentPlace } from "../../../src/kugetsu/runner.ts";

let root: string;
let place: AgentPlace;
const config = {
  text: '{"share":"disabled"}',
  model: undefined,
  auth: '{"a":{}}',
  selfContained: false,
  secrets: [],
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kugetsu-agent-home-"));
  place = { key: "k", cwd: root, home: join(root, "agent"), env: {}, lease: "l" };
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

test("a fresh home is closed to others and keeps opencode from installing anything", async () => {
  const paths = await prepareHome(place, config);
  expect((await stat(place.home)).mode & 0o777).toBe(0o700);
  const directory = join(paths.config, "opencode");
  expect((await readdir(directory)).toSorted()).toEqual([
    ".gitignore",
    "node_modules",
    "opencode.json",
    "package-lock.json",
    "tui.json",
  ]);
  expect((await stat(join(directory, "opencode.json"))).mode & 0o777).toBe(0o600);
  const auth = join(paths.data, "auth.json");
  expect(await readFile(auth, "utf8")).toBe('{"a":{}}');
  expect((await stat(auth)).mode & 0o777).toBe(0o600);
  expect((await readdir(place.home)).toSorted()).toEqual(["config", "home", "tmp"]);
});

test("a later start keeps opencode's data and drops old settings, credentials and temporary files", async () => {
  const paths = await prepareHome(place, config);
  await writeFile(join(paths.data, "opencode.db"), "data");
  await mkdir(join(paths.temp, "left"));
  await mkdir(join(paths.config, "opencode", "plugin"));
  await prepareHome(place, { ...config, text: "{}", auth: undefined });
  expect(await readdir(paths.data)).toEqual(["opencode.db"]);
  expect(await readdir(paths.temp)).toEqual([]);
  expect(await readdir(join(paths.config, "opencode"))).not.toContain("plugin");
  expect(await readFile(join(paths.config, "opencode", "opencode.json"), "utf8")).toBe("{}");
});

test("links and directories that an agent put in the way are replaced, never followed", async () => {
  const outside = join(root, "outside");
  await mkdir(outside);
  await writeFile(join(outside, "file"), "mine");
  const paths = await prepareHome(place, config);
  await rm(paths.temp, { recursive: true });
  await symlink(outside, paths.temp);
  await rm(join(paths.data, "auth.json"));
  await symlink(join(outside, "file"), join(paths.data, "auth.json"));
  await prepareHome(place, config);
  expect((await lstat(paths.temp)).isDirectory()).toBe(true);
  expect((await lstat(join(paths.data, "auth.json"))).isFile()).toBe(true);

  await rm(paths.data, { recursive: true });
  await symlink(outside, paths.data);
  await prepareHome(place, config);
  await rm(join(paths.data, "auth.json"));
  await mkdir(join(paths.data, "auth.json", "deep"), { recursive: true });
  await prepareHome(place, config);
  expect(await readFile(join(paths.data, "auth.json"), "utf8")).toBe('{"a":{}}');
  expect(await readdir(outside)).toEqual(["file"]);
  expect(await readFile(join(outside, "file"), "utf8")).toBe("mine");
});

test("plugins and settings that an agent left in its home are gone at the next start", async () => {
  const paths = await prepareHome(place, config);
  await mkdir(join(paths.home, ".opencode", "plugin"), { recursive: true });
  await writeFile(join(paths.home, ".opencode", "plugin", "x.js"), "");
  await prepareHome(place, config);
  expect(await readdir(paths.home)).toEqual([".local"]);
});

test("a temp directory that an agent removed or replaced by a link is emptied, and nothing behind it", async () => {
  const paths = await prepareHome(place, config);
  await rm(paths.temp, { recursive: true });
  await emptyTemp(paths);
  expect(await readdir(paths.temp)).toEqual([]);
  await mkdir(join(root, "elsewhere"));
  await writeFile(join(root, "elsewhere", "precious"), "");
  await rm(paths.temp, { recursive: true });
  await symlink(join(root, "elsewhere"), paths.temp);
  await emptyTemp(paths);
  expect(await readdir(join(root, "elsewhere"))).toEqual(["precious"]);
  expect((await lstat(paths.temp)).isDirectory()).toBe(true);
});
