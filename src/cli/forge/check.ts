import { counted } from "../../counted.ts";
import { checkForge } from "../../forges/setup/check.ts";
import { chooseForge } from "../../forges/setup/load.ts";
import { openSeen } from "../../forges/setup/seen.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { parseArguments } from "../arguments.ts";
import type { Io } from "../command.ts";
import { printable, printableJson } from "../printable.ts";
import { load } from "./load.ts";

/** `kugetsu forge check [NAME]` */
export async function check(args: readonly string[], io: Io): Promise<void> {
  const { values, positionals } = parseArguments(args, { json: { type: "boolean" } }, { max: 1 });
  const [name] = positionals;
  const loaded = await load(io);
  const forges = name === undefined ? loaded.forges : [chooseForge(loaded, name)];
  if (forges.length === 0) chooseForge(loaded, undefined);
  using seen = openSeen(loaded.home);
  const { publicUrl } = loaded;
  const last = (forge: string, hook: string) => seen?.last(forge, hook);
  const found = await Promise.all(
    forges.map(async (setting) =>
      (await checkForge(setting, { publicUrl, last })).map(({ status, detail, advice }) => ({
        name: setting.name,
        status,
        detail,
        advice: advice ?? null,
      })),
    ),
  );
  const all = found.flat();
  if (values.json === true) io.stdout.write(`${printableJson(all)}\n`);
  else
    for (const { name: forge, status, detail, advice } of all) {
      io.stdout.write(`${status.padEnd(7)}  ${forge}  ${printable(detail)}\n`);
      if (advice !== null) io.stdout.write(`         ${printable(advice)}\n`);
    }
  const problems = all.filter(({ status }) => status === "problem");
  if (problems.length > 0)
    throw new KugetsuError(
      "failed",
      `There ${problems.length === 1 ? "is" : "are"} ${counted(problems, "problem", "problems")}.`,
    );
}
