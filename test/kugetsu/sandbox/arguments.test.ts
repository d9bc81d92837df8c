import { describe, expect, test } from "vitest";
import type { BoxedCommand } from "../../../src/kugetsu/box.ts";
import { bubblewrapCommand } from "../../../src/kugetsu/sandbox/arguments.ts";
import { DEFAULT_LIMITS } from "../../../src/kugetsu/sandbox/limits.ts";

const TOOLS = {
  bwrap: "/usr/bin/bwrap",
  prlimit: "/usr/bin/prlimit",
  choom: "/usr/bin/choom",
  disableUserns: true,
  size: true,
};
const SYSTEM = {
  directories: ["/usr"],
  links: [{ path: "/bin", target: "usr/bin" }],
  etc: "/home/bot/tmp/etc/1",
  hidden: ["/usr/local/lib/kugetsu"],
  files: ["/run/resolv.conf"],
};
const COMMAND: BoxedCommand = {
  file: "git",
  args: ["status"],
  cwd: "/home/bot/worktrees/one",
  env: { SECRET: "the-secret" },
  scope: "/home/bot/worktrees/one",
  writable: ["/home/bot/worktrees/one", "/home/bot/private/one.git"],
  readable: ["/home/bot/mirrors/one.git/objects"],
};

function argumentsOf(command: Partial<BoxedCommand> = {}, tools = {}): string {
  const machine = {
    tools: { ...TOOLS, ...tools },
    system: SYSTEM,
    limits: DEFAULT_LIMITS,
  };
  return bubblewrapCommand({ ...COMMAND, ...command }, machine).join(" ");
}

describe("the command line of bubblewrap", () => {
  test("shows what a command works on, and nothing else may be written", () => {
    const line = argumentsOf();
    expect(line).toContain("--bind /home/bot/worktrees/one /home/bot/worktrees/one");
    expect(line).toContain("--bind /home/bot/private/one.git /home/bot/private/one.git");
    expect(line).toContain("--ro-bind /home/bot/mirrors/one.git/objects");
    expect(line.match(/--bind /g)).toHaveLength(2);
    expect(line).toContain(
      "--remount-ro / --remount-ro /dev --remount-ro /proc --remount-ro /usr/local/lib/kugetsu --chdir /home/bot/worktrees/one --",
    );
    expect(line).toMatch(/ -- git status$/);
  });

  test("holds nothing of the environment", () => {
    expect(argumentsOf()).not.toContain("the-secret");
    expect(argumentsOf()).not.toContain("--setenv");
  });

  test("gives a network only to who needs one", () => {
    expect(argumentsOf()).toContain("--unshare-net");
    expect(argumentsOf({ network: true })).not.toContain("--unshare-net");
  });

  test("has a copy for /etc, and covers what is secret, but for what is in there of its own", () => {
    const own = "/usr/local/lib/kugetsu/bin/opencode";
    const line = argumentsOf({ readable: [own] });
    expect(line).toContain("--ro-bind /home/bot/tmp/etc/1 /etc");
    const order = [
      "--ro-bind /usr /usr",
      "--tmpfs /usr/local/lib/kugetsu",
      `--ro-bind ${own} ${own}`,
      "--remount-ro /usr/local/lib/kugetsu",
    ].map((words) => line.indexOf(words));
    expect(order).toEqual(order.toSorted((one, other) => one - other));
    expect(order).not.toContain(-1);
  });

  test("takes the place for temporary files for /tmp, or a small one that goes with the command", () => {
    expect(argumentsOf()).toContain("--size 67108864 --tmpfs /tmp");
    expect(argumentsOf({ temp: "/home/bot/agents/one/tmp" })).toContain(
      "--bind /home/bot/agents/one/tmp /tmp",
    );
  });

  test("closes the way to directories that lie in /tmp themselves", () => {
    const line = argumentsOf({
      writable: ["/tmp/bot/worktrees/one"],
      readable: ["/tmp/bot/mirror"],
    });
    expect(line).toMatch(/--tmpfs \/tmp\/bot --ro-bind \/tmp\/bot\/mirror/);
    expect(line).toContain("--remount-ro /tmp/bot");
    expect(argumentsOf({ writable: ["/tmp/one"], readable: [] })).not.toContain("--tmpfs /tmp/one");
  });

  test("names a directory in another one once, and the inner one last where it differs", () => {
    const line = argumentsOf({ writable: ["/a", "/a/b"], readable: ["/a/c"] });
    expect(line).toMatch(/--bind \/a \/a --ro-bind \/a\/c \/a\/c /);
    expect(line).not.toContain("/a/b");
  });

  test("limits processes, file sizes and core dumps, and is the first to go when memory is short", () => {
    expect(argumentsOf()).toMatch(/^\/usr\/bin\/choom -n 800 -- \/usr\/bin\/bwrap --unshare-user/);
    expect(argumentsOf()).toContain(
      "-- /usr/bin/prlimit --nproc=1024 --fsize=2147483648 --core=0 -- git",
    );
  });

  test("does without what an older bubblewrap or util-linux does not know", () => {
    const line = argumentsOf({}, { choom: undefined, disableUserns: false, size: false });
    expect(line).not.toMatch(/choom|--size|--disable-userns/);
  });
});
