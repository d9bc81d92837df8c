import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { VERBS } from "../src/cli/commands.ts";
import { openDatabase } from "../src/kugetsu/db/database.ts";
import { createSessionStore } from "../src/kugetsu/db/sessions.ts";
import { openHome } from "../src/kugetsu/home.ts";
import { median } from "./table.ts";

/**
 * How long the packed program takes from its start to its end, on a home with many sessions, against `node -e 0`; all
 * in turn in one run. Only the ratios mean anything: `npm run bench:list -- --rounds 20`.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    sessions: { type: "string", default: "1000" },
  },
});
const CHECKOUT = fileURLToPath(new URL("..", import.meta.url));
const BASELINE = "node -e 0";

await using stack = new AsyncDisposableStack();
const scratch = await mkdtemp(join(tmpdir(), "kugetsu-bench-"));
stack.defer(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));
const home = join(scratch, "home");
const program = await packedProgram();
await fillHome(Number(values.sessions));

const asked = ["version", "help", "list", "list --json", "resume", "completion words -- stop git"];
const commands = new Map([
  [BASELINE, ["-e", "0"]],
  ...asked
    .filter((line) => VERBS.includes(line.split(" ")[0] ?? ""))
    .map((line) => [`kugetsu ${line}`, [program, ...line.split(" ")]] as const),
]);
const samples = new Map<string, number[]>([...commands.keys()].map((name) => [name, []]));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, args] of commands) samples.get(name)?.push(await timed(args));
}
const base = median(samples.get(BASELINE) ?? []);
for (const [name, times] of samples) {
  const middle = median(times);
  process.stdout.write(
    `${middle.toFixed(0).padStart(5)} ms  ${(middle / base).toFixed(2).padStart(5)} times  ${name}\n`,
  );
}

/** Packs the program as `npm publish` would, and lays it beside what it needs; returns its entry. */
async function packedProgram(): Promise<string> {
  const pack = ["pack", "--silent", "--pack-destination", scratch];
  const { stdout } = await execa("npm", pack, { cwd: CHECKOUT });
  const tarball = stdout.trim().split("\n").at(-1) ?? "";
  await execa("tar", ["-xzf", join(scratch, tarball), "-C", scratch]);
  await symlink(join(CHECKOUT, "node_modules"), join(scratch, "node_modules"));
  return join(scratch, "package/dist/cli.js");
}

async function fillHome(count: number): Promise<void> {
  await openHome(home);
  using database = openDatabase(join(home, "kugetsu.db"));
  const sessions = createSessionStore(database);
  for (let number = 1; number <= count; number++) {
    await sessions.put({
      ref: `git.example.org/olivia/shop-${number % 20}#${number}`,
      kind: "forked",
      opencodeSessionId: `ses_${number}`,
      worktreePath: join(home, `worktrees/git.example.org-olivia-shop-${number}`),
      branch: `fix/issue-${number}`,
    });
  }
}

/** Milliseconds until the process has ended. @throws Error when it fails */
async function timed(args: readonly string[]): Promise<number> {
  const begun = performance.now();
  await execa(process.execPath, args, {
    env: { PATH: process.env["PATH"] ?? "", HOME: scratch, KUGETSU_HOME: home },
    extendEnv: false,
    stdin: "ignore",
  });
  return performance.now() - begun;
}
