import { accessSync, constants, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { KugetsuError } from "../errors.ts";

/** The machine that a program has to run on. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly musl: boolean;
  readonly avx2: boolean;
}

/**
 * The absolute path of opencode: `binary` (KUGETSU_OPENCODE_BIN) when it is told, else the program inside the package
 * that opencode-ai brings for this machine. Never `.bin/opencode`: that is a stand-in until an install script has run.
 *
 * @throws KugetsuError `invalid` when `binary` is no program, `failed` when no package fits
 */
export function findOpencode(binary?: string, machine: Machine = thisMachine()): string {
  if (binary !== undefined && binary !== "") {
    const path = resolve(binary);
    if (isProgram(path)) return path;
    throw new KugetsuError(
      "invalid",
      "opencode cannot be started: KUGETSU_OPENCODE_BIN does not name a program.",
      {
        hint: `${path} is missing or may not be executed.`,
      },
    );
  }
  const found = insideOf("opencode-ai", opencodePackages(machine), "bin/opencode");
  if (found !== undefined) return found;
  throw new KugetsuError("failed", "opencode is not installed for this machine.", {
    hint: "Run npm install again without --omit=optional, or name a program in KUGETSU_OPENCODE_BIN.",
  });
}

/**
 * The directory that holds `rg`, which opencode's grep and glob tools need on the PATH; else they try to download it.
 * Undefined when no package brings it: then only a system-wide one can serve.
 */
export function findRipgrepDirectory(machine: Machine = thisMachine()): string | undefined {
  const program = insideOf(
    "@vscode/ripgrep",
    [`@vscode/ripgrep-${machine.platform}-${machine.arch}`],
    "bin/rg",
  );
  return program === undefined ? undefined : resolve(program, "..");
}

/** The programs that an agent needs, wherever they lie. */
export interface Programs {
  /** Absolute path of opencode, without a link in it: the file itself is what a box shows. */
  readonly file: string;
  /** Directory of `rg`, if there is one. */
  readonly ripgrep: string | undefined;
}

/** @throws as `findOpencode` does */
export function findPrograms(binary?: string): Programs {
  // Not opencode's directory: that may be somebody's home.
  return { file: realpathSync(findOpencode(binary)), ripgrep: findRipgrepDirectory() };
}

/** Names of the packages that hold opencode for a machine, the best one first. */
export function opencodePackages(machine: Machine): readonly string[] {
  const platform = machine.platform === "win32" ? "windows" : machine.platform;
  const name = `opencode-${platform}-${machine.arch}`;
  // A build for newer processors dies with an illegal instruction where avx2 is missing; baseline runs everywhere.
  const builds =
    machine.arch !== "x64"
      ? [name]
      : machine.avx2
        ? [name, `${name}-baseline`]
        : [`${name}-baseline`];
  return machine.musl ? builds.map((build) => `${build}-musl`) : builds;
}

function insideOf(parent: string, packages: readonly string[], file: string): string | undefined {
  const here = createRequire(import.meta.url);
  const entry = resolved(here, `${parent}/package.json`) ?? resolved(here, parent);
  if (entry === undefined) return undefined;
  // The platform's package may lie below its parent's own node_modules.
  const there = createRequire(entry);
  return packages
    .map((name) => resolved(there, `${name}/${file}`))
    .find((path) => path !== undefined && isProgram(path));
}

function resolved(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function thisMachine(): Machine {
  const { platform, arch } = process;
  return {
    platform,
    arch,
    musl: platform === "linux" && isMusl(),
    avx2: platform !== "linux" || hasAvx2(),
  };
}

function isMusl(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime === undefined;
}

function hasAvx2(): boolean {
  try {
    return /^flags\s*:.*\bavx2\b/m.test(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return false;
  }
}
