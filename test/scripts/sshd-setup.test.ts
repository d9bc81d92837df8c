import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { HAS_MACHINE, IS_KNOWN, script, scriptOnMachine, temporaryDirectory } from "./script.ts";

const NAME = "sshd-setup.sh";

test("says how it is used", async () => {
  const { exitCode, stdout, stderr } = await script(NAME, ["--help"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^Usage: sshd-setup\.sh .*\[USER\]\n/);
});

test.each([
  ["root", ["root"], "has to be an ordinary one"],
  ["an empty name", [""], "no name of a user"],
  ["a capital letter", ["Olivia"], "no name of a user"],
  ["an option as a name", ["--", "-rf"], "no name of a user"],
  ["a path", ["../x"], "no name of a user"],
  ["a name of two lines", ["olivia\nALL"], "no name of a user"],
  ["two users", ["olivia", "walter"], "one argument too many"],
  ["an unknown option", ["--force"], "There is no option --force."],
])("refuses %s", async (_, args, words) => {
  const { exitCode, stdout, stderr } = await script(NAME, args);
  expect([exitCode, stdout]).toEqual([2, ""]);
  const [first, , usage] = stderr.split("\n");
  expect(first).toContain(words);
  expect(usage).toMatch(/^Usage: /);
});

test.skipIf(!IS_KNOWN)(
  "says every step beforehand, and needs neither root nor systemd for that",
  async () => {
    const { exitCode, stdout } = await script(NAME, ["--dry-run", "kugetsu-nobody-has"]);
    expect(exitCode).toBe(0);
    const steps = [
      /would run: useradd .* kugetsu-nobody-has\n/,
      /would write \/etc\/ssh\/sshd_config\.d\/00-kugetsu\.conf/,
      /\| PasswordAuthentication no\n/,
      /\| PermitRootLogin prohibit-password\n/,
      /would run: sshd -t\n/,
      /would run: chmod 600 -- \S+\/\.ssh\/authorized_keys\n/,
      /would write \/etc\/sudoers\.d\/90-kugetsu-kugetsu-nobody-has \(mode 440\)/,
      /would run: systemctl enable sshd?\n/,
      /would run: systemctl reload-or-restart sshd?\n/,
      /ssh -p 2222 kugetsu-nobody-has@HOST\n/,
    ];
    for (const step of steps) expect(stdout).toMatch(step);
    const places = steps.map((step) => stdout.search(step));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  },
);

test.skipIf(!HAS_MACHINE)("looks for systemd before anything else", async () => {
  const { exitCode, stdout, stderr } = await scriptOnMachine(NAME, []);
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
  expect(stderr).toMatch(
    /^sshd-setup: systemd does not run here: process 1 is \S+\.\n {2}.*--no-systemd/,
  );
});

test.skipIf(!HAS_MACHINE)("wants to be root", async () => {
  const { exitCode, stderr } = await scriptOnMachine(NAME, ["--no-systemd"], {
    machine: ["--uid", "1000"],
  });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^sshd-setup: Only root can do that\.\n {2}Run it with sudo/m);
});

test.skipIf(!HAS_MACHINE)("gives no account of the system to people", async () => {
  const { exitCode, stderr } = await scriptOnMachine(NAME, ["--no-systemd", "daemon"]);
  expect([exitCode, stderr]).toEqual([
    1,
    expect.stringContaining("daemon is an account of the system"),
  ]);
});

test.skipIf(!HAS_MACHINE).each([
  ["ID=arch", "arch", 1],
  ["ID=linuxmint\nID_LIKE='ubuntu debian'", "apt-get", 0],
  ['ID=fedora\nVERSION_ID="43"', "dnf install -y -q openssh-server", 0],
])("knows what %j is", async (release, words, code) => {
  const file = join(temporaryDirectory(), "os-release");
  writeFileSync(file, `${release}\n`);
  const { exitCode, stdout, stderr } = await scriptOnMachine(NAME, ["--dry-run"], {
    // Where sshd and sudo would be, there is nothing.
    machine: ["--ro-bind", file, "/usr/lib/os-release", "--tmpfs", "/usr/sbin"],
  });
  expect(exitCode).toBe(code);
  expect(stdout + stderr).toContain(words);
});
