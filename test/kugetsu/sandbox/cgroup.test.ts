import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { controlGroups } from "../../../src/kugetsu/sandbox/cgroup.ts";
import { DEFAULT_LIMITS } from "../../../src/kugetsu/sandbox/limits.ts";

// Directories of the kernel's layout: the rules by which a group is found. That the kernel then limits it is shown
// with the sandbox.

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "kugetsu-cgroup-"));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function hierarchy(path: string, ...files: string[]): void {
  mkdirSync(join(root, path), { recursive: true });
  for (const file of files) writeFileSync(join(root, path, file), "");
}

test("version 2: a neighbour of the group that the bot is in gets the limits", () => {
  hierarchy("", "cgroup.subtree_control");
  hierarchy("system.slice", "cgroup.subtree_control");
  hierarchy("system.slice/kugetsu.service", "cgroup.procs");
  const groups = controlGroups(DEFAULT_LIMITS, root, "0::/system.slice/kugetsu.service\n");
  const [procs = ""] = groups.join("one");
  expect(procs).toMatch(/\/system\.slice\/kugetsu-\d+-[0-9a-f]{16}\/cgroup\.procs$/);
  const group = join(procs, "..");
  expect(readFileSync(join(group, "pids.max"), "utf8")).toBe("1024");
  expect(readFileSync(join(group, "memory.max"), "utf8")).toBe(String(4 * 1024 ** 3));
  expect(groups.join("one")).toEqual([procs]);
  expect(groups.join("two")).not.toEqual([procs]);
});

test("version 2, in a container whose group is the root: a group below it", () => {
  hierarchy("", "cgroup.subtree_control");
  const [procs = ""] = controlGroups(DEFAULT_LIMITS, root, "0::/\n").join("one");
  expect(join(procs, "../..")).toBe(root);
  expect(readFileSync(join(root, "cgroup.subtree_control"), "utf8")).toBe("+pids +memory");
});

test("version 1: a group below the bot's own, for each controller", () => {
  hierarchy("pids", "cgroup.procs");
  hierarchy("memory/service", "cgroup.procs");
  const own = "9:pids:/\n4:cpu,memory:/service\n1:name=systemd:/\n";
  const joined = controlGroups(DEFAULT_LIMITS, root, own).join("one");
  expect(joined).toHaveLength(2);
  expect(joined[0]).toMatch(/\/pids\/kugetsu-\d+-[0-9a-f]+\/cgroup\.procs$/);
  expect(joined[1]).toMatch(/\/memory\/service\/kugetsu-\d+-[0-9a-f]+\/cgroup\.procs$/);
});

test("without control groups nothing is joined, and that can be told", () => {
  const groups = controlGroups(DEFAULT_LIMITS, join(root, "nowhere"), "");
  expect(groups.usable).toBe(false);
  expect(groups.join("one")).toEqual([]);
});

test("groups of dead processes are removed, those of living ones and of others are not", () => {
  hierarchy("pids", "cgroup.procs");
  const left = ["kugetsu-999999999-00aa", `kugetsu-${process.pid}-00aa`, "somebody-elses"];
  for (const name of left) mkdirSync(join(root, "pids", name));
  const groups = controlGroups(DEFAULT_LIMITS, root, "9:pids:/\n");
  groups.clean();
  const names = () => readdirSync(join(root, "pids")).filter((name) => name !== "cgroup.procs");
  expect(names().toSorted()).toEqual(left.slice(1).toSorted());
  groups.close();
  expect(names()).toEqual(["somebody-elses"]);
});
