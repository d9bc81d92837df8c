import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
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

describe.skipIf(process.platform !== "linux")("the machine as a box sees it", () => {
  test("is /usr and /etc, and no home, no /var, no /run", async () => {
    const system = await viewSystem({ path: "/usr/bin:/bin", shown: [], secret: [] });
    for (const path of ["/usr/bin/env", "/etc/passwd"]) expect(visible(system, path)).toBe(true);
    for (const path of ["/root", "/home", "/var", "/run", "/tmp", "/srv", "/opt", "/"]) {
      expect(visible(system, path)).toBe(false);
    }
  });

  test("hides of /etc what not everybody may read", async () => {
    const { hiddenFiles } = await viewSystem({ path: undefined, shown: [], secret: [] });
    expect(hiddenFiles).toContain("/etc/shadow");
    expect(hiddenFiles).not.toContain("/etc/passwd");
    expect(hiddenFiles).not.toContain("/etc/hosts");
  });

  test("shows a directory that the operator names, whole", async () => {
    const tools = join(root, "tools");
    await mkdir(tools);
    await writeFile(join(tools, "settings"), "x", { mode: 0o600 });
    const system = await viewSystem({ path: undefined, shown: [tools, "/nowhere"], secret: [] });
    expect(system.directories).toContain(tools);
    expect(system.directories).not.toContain("/nowhere");
    expect(system.hiddenFiles).not.toContain(join(tools, "settings"));
  });

  test("hides kugetsu's home where it lies in what is shown", async () => {
    const home = join(root, "tools", "kugetsu-home");
    await mkdir(home, { recursive: true });
    const shown = [join(root, "tools")];
    const system = await viewSystem({ path: undefined, shown, secret: [home] });
    expect(system.hiddenDirectories).toContain(home);
  });

  test("leaves programs in a home or in a temporary directory to be named", async () => {
    const bin = join(root, "go", "bin");
    await mkdir(bin, { recursive: true });
    const system = await viewSystem({ path: `${bin}:/root/.cargo/bin`, shown: [], secret: [] });
    expect(visible(system, bin)).toBe(false);
    expect(visible(system, "/root/.cargo/bin")).toBe(false);
  });
});

describe.skipIf(process.getuid?.() !== 0)("a toolchain outside /usr, as root", () => {
  const toolchain = "/opt/kugetsu-test-toolchain";

  afterEach(async () => {
    await rm(toolchain, { recursive: true, force: true });
  });

  test("is visible when it is on the PATH, without what only its owner may read", async () => {
    await mkdir(join(toolchain, "bin"), { recursive: true });
    await chmod(toolchain, 0o755);
    await mkdir(join(toolchain, "private"), { mode: 0o700 });
    await writeFile(join(toolchain, ".env"), "SECRET=x", { mode: 0o600 });
    const path = `/usr/bin:${toolchain}/bin`;
    const system = await viewSystem({ path, shown: [], secret: [] });
    expect(system.directories).toContain(toolchain);
    expect(system.hiddenFiles).toContain(join(toolchain, ".env"));
    expect(system.hiddenDirectories).toContain(join(toolchain, "private"));
    const own = await viewSystem({ path, shown: [], secret: [toolchain] });
    expect(visible(own, toolchain)).toBe(false);
  });
});
