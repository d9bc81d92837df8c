import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { SCRIPTS } from "./script.ts";

const PASSWORD = "correct horse";
/** Asked for: it needs root, debootstrap, an SSH client and a mirror of Debian, and takes a minute. */
const WANTED = process.env["KUGETSU_TEST_DEBOOTSTRAP"] !== undefined;

describe.skipIf(!WANTED)("sshd-setup.sh in a fresh Debian", () => {
  let directory: string;
  let root: string;
  const inside = (...command: readonly string[]) => execa("chroot", [root, ...command]);
  const setUp = () => inside("bash", "/root/sshd-setup.sh", "--no-systemd");
  const ended = new AbortController();

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "kugetsu-debian-"));
    root = join(directory, "root");
    await execa("debootstrap", ["--variant=minbase", "bookworm", root]);
    // As in images for containers: no package starts what it brings.
    writeFileSync(join(root, "usr/sbin/policy-rc.d"), "#!/bin/sh\nexit 101\n", { mode: 0o755 });
    copyFileSync(join(SCRIPTS, "sshd-setup.sh"), join(root, "root/sshd-setup.sh"));
  }, 300_000);
  afterAll(() => {
    ended.abort();
    rmSync(directory, { recursive: true, force: true });
  });

  test("lets a key in and no password, and root's work be done without one", async () => {
    const first = await setUp();
    expect(first.stdout).toContain("ssh -p 2222 kugetsu@HOST");
    const second = await setUp();
    expect(second.stderr).toContain("User kugetsu is there and is kept");
    const modes = ["/home/kugetsu/.ssh", "/home/kugetsu/.ssh/authorized_keys"];
    const { stdout: found } = await inside("stat", "-c", "%a %U", ...modes);
    expect(found).toBe("700 kugetsu\n600 kugetsu");

    const key = join(directory, "key");
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    copyInto(`${key}.pub`, join(root, "home/kugetsu/.ssh/authorized_keys"));
    for (const user of ["kugetsu", "root"])
      await execa("chroot", [root, "chpasswd"], { input: `${user}:${PASSWORD}` });
    // What cloud images say must not win.
    writeFileSync(
      join(root, "etc/ssh/sshd_config.d/50-cloud-init.conf"),
      "PasswordAuthentication yes\n",
    );
    const port = await freePort();
    const sshd = execa(
      "chroot",
      [root, "/usr/sbin/sshd", "-D", "-e", "-p", `${port}`, "-o", "ListenAddress=127.0.0.1"],
      { cancelSignal: ended.signal, reject: false },
    );
    const always = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
    const common = ["-p", `${port}`, ...always.flatMap((option) => ["-o", option])];
    const ssh = async (user: string, options: readonly string[], command: string) =>
      execa("ssh", [...common, ...options, `${user}@127.0.0.1`, command], {
        reject: false,
        stdin: "ignore",
        env: askPass(),
      });
    await vi.waitFor(
      async () => {
        const { stdout } = await ssh("kugetsu", ["-i", key], "whoami && sudo -n whoami");
        expect(stdout).toBe("kugetsu\nroot");
      },
      { timeout: 20_000, interval: 200 },
    );
    for (const user of ["kugetsu", "root"]) {
      const passwords = ["-o", "PreferredAuthentications=password,keyboard-interactive"];
      expect(await ssh(user, passwords, "true")).toMatchObject({
        exitCode: 255,
        stderr: expect.stringContaining("Permission denied (publickey)."),
      });
    }
    ended.abort();
    await sshd;
  }, 300_000);

  test("puts everything back when sshd does not accept its configuration", async () => {
    const config = join(root, "etc/ssh/sshd_config");
    const text = `${readFileSync(config, "utf8")}Nonsense yes\n`;
    writeFileSync(config, text);
    writeFileSync(join(root, "etc/ssh/sshd_config.d/00-kugetsu.conf"), "X11Forwarding no\n");
    await expect(setUp()).rejects.toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("sshd does not accept its configuration"),
    });
    expect(readFileSync(config, "utf8")).toBe(text);
    expect(readFileSync(join(root, "etc/ssh/sshd_config.d/00-kugetsu.conf"), "utf8")).toBe(
      "X11Forwarding no\n",
    );
  }, 60_000);

  /** Answers every question for a password. */
  function askPass(): Record<string, string> {
    const file = join(directory, "ask");
    writeFileSync(file, `#!/bin/sh\necho '${PASSWORD}'\n`, { mode: 0o700 });
    return { SSH_ASKPASS: file, SSH_ASKPASS_REQUIRE: "force" };
  }
});

/** Into the file that is there, which keeps its owner. */
function copyInto(from: string, to: string): void {
  writeFileSync(to, readFileSync(from), { flag: "a" });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
