import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openDatabase } from "../../src/kugetsu/db/database.ts";
import { openHome } from "../../src/kugetsu/home.ts";
import { say, script } from "../../src/demo/model/script.ts";
import { startScriptedModel } from "../../src/demo/model/scripted-model.ts";
import { NO_SANDBOX } from "../support/sandbox.ts";
import { NO_LONG } from "../support/long.ts";

const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));

const INSTALL_MS = 200_000;

const SKIPPED = NO_LONG === undefined ? "" : `, skipped: ${NO_LONG}`;

/** The package as `npm publish` would send it, installed by the script that people are told to use. */
describe.skipIf(NO_LONG !== undefined)(`the package${SKIPPED}`, () => {
  let home: string;
  let program: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "kugetsu-package-"));
    env = {
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: home,
      KUGETSU_HOME: join(home, "data"),
    };
    const install = join(CHECKOUT, "scripts/kugetsu-install.sh");
    // What it brings has been downloaded for the checkout already.
    const { stdout: cache } = await execa("npm", ["config", "get", "cache"]);
    const { stdout } = await execa("sh", [install, "--prefix", join(home, "local")], {
      env: { ...env, npm_config_cache: cache, npm_config_prefer_offline: "true" },
      stdin: "ignore",
      timeout: INSTALL_MS,
    });
    program = stdout;
  }, INSTALL_MS + 10_000);
  afterAll(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));

  async function kugetsu(args: readonly string[], further: Record<string, string> = {}) {
    const { exitCode, stdout, stderr } = await execa(program, args, {
      env: { ...env, ...further },
      extendEnv: false,
      stdin: "ignore",
      reject: false,
    });
    return { exitCode, stdout, stderr };
  }

  test("starts, and says which version it is", async () => {
    const { version } = JSON.parse(await readFile(join(CHECKOUT, "package.json"), "utf8"));
    expect(await kugetsu(["version"])).toEqual({ exitCode: 0, stdout: version, stderr: "" });
    expect((await kugetsu(["help"])).stdout).toContain("serve");
    expect((await kugetsu(["completion", "bash"])).stdout).toContain("complete -F _kugetsu");
  });

  test("brings compiled code alone, the licences of what it holds, and no tools of ours", async () => {
    const directory = join(home, "local/lib/node_modules/kugetsu");
    await expect(stat(join(directory, "src"))).rejects.toThrow("ENOENT");
    for (const tool of ["typescript", "vitest", "node", "execa", "drizzle-orm"])
      await expect(stat(join(directory, "node_modules", tool))).rejects.toThrow("ENOENT");
    const licences = await readFile(join(directory, "dist/THIRD-PARTY-LICENCES.txt"), "utf8");
    expect(licences).toMatch(/^hono [0-9.]+ \(MIT\)$/m);
  });

  test("opens a database, and finds its migrations", async () => {
    const data = (await openHome(join(home, "data"))).database;
    openDatabase(data)[Symbol.dispose]();
    expect(await kugetsu(["stop", "git.example.org/olivia/shop#1"])).toMatchObject({ exitCode: 0 });
  });

  test("says what is missing instead of serving", async () => {
    const { exitCode, stderr } = await kugetsu(["serve"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("- GITEA_URL");
  });

  test("serves, and is alive while its forge is away", async () => {
    const serving = execa(program, ["serve"], {
      env: {
        ...env,
        PORT: "0",
        SANDBOX: "off",
        GITEA_URL: "http://127.0.0.1:9",
        GITEA_TOKEN: "0123456789abcdef0123456789abcdef01234567",
        GITEA_WEBHOOK_SECRET: "0123456789abcdef",
      },
      extendEnv: false,
      stdin: "ignore",
      // Also when the test fails.
      timeout: 120_000,
    });
    let log = "";
    serving.stderr.on("data", (chunk: Buffer) => {
      log += chunk.toString();
    });
    const address = await vi.waitFor(() => {
      const found = /"address":"([^"]+)"/.exec(log)?.[1];
      expect(found).toBeDefined();
      return found;
    }, 60_000);
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
    serving.kill("SIGTERM");
    expect(await serving).toMatchObject({ exitCode: 0 });
  });

  test.each(NO_SANDBOX === undefined ? ["required", "off"] : ["off"])(
    "finds opencode, and runs a turn (sandbox: %s; `required` only where bubblewrap works)",
    async (sandbox) => {
      await using model = await startScriptedModel();
      model.play(script([say("Done.")]));
      const answer = await kugetsu(
        ["init", "--headless", "--force", "--json", "--prompt", "Look."],
        {
          SANDBOX: sandbox,
          OPENCODE_CONFIG_CONTENT: JSON.stringify(model.config()),
          OPENCODE_DISABLE_MODELS_FETCH: "1",
        },
      );
      expect(answer.exitCode).toBe(0);
      expect(JSON.parse(answer.stdout)).toMatchObject({ base: expect.stringMatching(/^ses_/) });
    },
  );

  test("gives the core to other programs, with its types", async () => {
    const user = join(home, "user");
    await mkdir(join(user, "node_modules"), { recursive: true });
    await execa(
      "ln",
      ["-s", join(home, "local/lib/node_modules/kugetsu"), "node_modules/kugetsu"],
      {
        cwd: user,
      },
    );
    const source = `import { createKugetsu, type KugetsuOptions } from "kugetsu/core";
const options = {
  home: ${JSON.stringify(join(home, "other"))},
  environment: {},
  identity: async () => ({ name: "olivia", email: "olivia@example.org" }),
  sandbox: "off",
} satisfies KugetsuOptions;
await using core = await createKugetsu(options);
// @ts-expect-error A number is no issue ref: the types are there.
const none = core.session(1);
console.log(core.home.root, await none);
`;
    await writeFile(join(user, "package.json"), '{"type": "module"}');
    await writeFile(join(user, "use.mts"), source);
    const tsc = join(CHECKOUT, "node_modules/.bin/tsc");
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext"];
    const types = ["--target", "esnext", "--types", "node", "--typeRoots"];
    const roots = join(CHECKOUT, "node_modules/@types");
    const { stdout } = await execa(tsc, [...options, ...types, roots, "use.mts"], {
      cwd: user,
      reject: false,
    });
    expect(stdout).toBe("");
    const used = await execa(process.execPath, ["use.mts"], { cwd: user });
    expect(used.stdout).toBe(`${join(home, "other")} undefined`);
  });
});
