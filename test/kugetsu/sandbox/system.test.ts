import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isWithin, viewSystem } from "../../../src/kugetsu/sandbox/system.ts";

let root: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "kugetsu-system-")));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const visible = (system: { directories: readonly string[] }, path: string) =>
  system.directories.some((directory) => isWithin(path, directory));

async function view(options: { path?: string; shown?: string[]; secret?: string[] }) {
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  const { path, shown = [], secret = [] } = options;
  return { ...(await viewSystem({ path, shown, secret, warn })), warnings };
}

describe.skipIf(process.platform !== "linux")("the machine as a box sees it", () => {
  test("is /usr, and no home, no /var, no /run, and /etc only as a copy", async () => {
    const system = await view({ path: "/usr/bin:/bin" });
    expect(visible(system, "/usr/bin/env")).toBe(true);
    for (const path of ["/etc", "/root", "/home", "/var", "/run", "/tmp", "/srv", "/opt", "/"]) {
      expect(visible(system, path)).toBe(false);
    }
    expect(system.warnings).toEqual([]);
  });

  test("shows a directory that the operator names, also by a link to it", async () => {
    const tools = join(root, "tools");
    await mkdir(tools);
    await writeFile(join(tools, "settings"), "x", { mode: 0o600 });
    await symlink(tools, join(root, "link"));
    const { directories, warnings } = await view({ shown: [join(root, "link"), "/nowhere"] });
    expect(warnings).toEqual(["SANDBOX_READ names /nowhere, which is no directory."]);
    expect(directories).toContain(tools);
    expect(directories).not.toContain("/nowhere");
  });

  test("hides kugetsu's home where it lies in what is shown, and when a link to it is named", async () => {
    const home = join(root, "tools", "kugetsu-home");
    await mkdir(home, { recursive: true });
    await symlink(home, join(root, "link"));
    expect((await view({ shown: [join(root, "tools")], secret: [home] })).hidden).toContain(home);
    expect((await view({ shown: [join(root, "link")], secret: [home] })).hidden).toContain(home);
  });

  test("leaves programs in a home or in a temporary directory to be named", async () => {
    const bin = join(root, "go", "bin");
    await mkdir(bin, { recursive: true });
    const system = await view({ path: `${bin}:/root/.cargo/bin` });
    expect(visible(system, bin)).toBe(false);
    expect(visible(system, "/root/.cargo/bin")).toBe(false);
  });
});

describe.skipIf(process.getuid?.() !== 0)("a toolchain outside /usr, as root", () => {
  const toolchain = "/opt/kugetsu-test-toolchain";
  const path = `/usr/bin:${toolchain}/bin`;

  beforeEach(async () => {
    await mkdir(join(toolchain, "bin"), { recursive: true });
    await chmod(toolchain, 0o755);
  });

  afterEach(async () => {
    await rm(toolchain, { recursive: true, force: true });
  });

  test("is visible when it is on the PATH", async () => {
    expect((await view({ path })).directories).toContain(toolchain);
    expect(visible(await view({ path, secret: [toolchain] }), toolchain)).toBe(false);
  });

  test("is not visible unasked when its own directory is closed", async () => {
    await chmod(toolchain, 0o700);
    expect(visible(await view({ path }), toolchain)).toBe(false);
  });

  test("is not visible unasked when not everybody may read all of it, and that is told", async () => {
    await writeFile(join(toolchain, ".env"), "SECRET=x", { mode: 0o600 });
    const system = await view({ path });
    expect(visible(system, toolchain)).toBe(false);
    expect(system.warnings).toEqual([
      expect.stringContaining(`SANDBOX_READ=${toolchain} shows it`),
    ]);
    const named = await view({ path, shown: [toolchain] });
    expect(visible(named, toolchain)).toBe(true);
    expect(named.warnings).toEqual([]);
  });
});
