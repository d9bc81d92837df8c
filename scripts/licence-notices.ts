import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "rolldown";

const PACKAGE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/**
 * Writes the licences of all packages that are bundled into one file of the output: most ask that their words go along
 * with every copy. A package without one ends the build.
 */
export function licenceNotices(fileName: string): Plugin {
  return {
    name: "licence-notices",
    async generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) =>
        file.type === "chunk" ? file.moduleIds : [],
      );
      const directories = new Set(modules.flatMap((id) => PACKAGE.exec(id)?.[0] ?? []));
      const notices = await Promise.all([...directories].toSorted().map(noticeOf));
      const source = `kugetsu holds code of these packages.\n\n${notices.join("\n")}`;
      this.emitFile({ type: "asset", fileName, source });
    },
  };
}

async function noticeOf(directory: string): Promise<string> {
  const { name, version, license } = JSON.parse(
    await readFile(join(directory, "package.json"), "utf8"),
  ) as { name: string; version: string; license?: string };
  const file = (await readdir(directory)).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined && license === undefined)
    throw new Error(`${name} says nothing of its licence.`);
  const words = file === undefined ? "" : await readFile(join(directory, file), "utf8");
  return `${"-".repeat(80)}\n${name} ${version} (${license ?? "see below"})\n\n${words.trim()}\n`;
}
