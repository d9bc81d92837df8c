import { counted } from "../../counted.ts";
import { removeRemote } from "../../forges/setup/remove.ts";
import { chooseForge, variablesOf } from "../../forges/setup/load.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { parseArguments } from "../arguments.ts";
import { type Io, UsageError } from "../command.ts";
import { load } from "./load.ts";

/** `kugetsu forge rm NAME` */
export async function remove(args: readonly string[], io: Io): Promise<void> {
  const { values, positionals } = parseArguments(
    args,
    { hooks: { type: "boolean" }, yes: { type: "boolean", short: "y" } },
    { max: 1 },
  );
  const [name] = positionals;
  if (name === undefined) throw new UsageError("`forge rm` needs the name of a forge.");
  const loaded = await load(io);
  const setting = chooseForge(loaded, name);
  if (setting.from === "environment") {
    throw new KugetsuError(
      "failed",
      `${name} is configured by the environment: it cannot be removed here.`,
      {
        hint: `Take away ${variablesOf(setting)}, where the server is started, and start it again.`,
      },
    );
  }
  const hooks = counted(setting.hooks, "webhook", "webhooks");
  if (values.yes !== true) {
    const { confirm } = await import("../confirm.ts");
    const left =
      setting.hooks.length > 0 && values.hooks !== true
        ? `\nIts ${hooks} stay on the forge, and are refused from then on; --hooks removes them.`
        : "";
    await confirm(
      `${name} (${setting.url}) is forgotten, with its token and secrets.${left}\nForget it?`,
      io,
    );
  }
  if (values.hooks === true) {
    for (const hook of setting.hooks) {
      await removeRemote(setting, hook, loaded.publicUrl);
      await loaded.file.removeHook(name, hook.id);
    }
  }
  await loaded.file.remove(name);
  io.stdout.write(
    `Removed the forge ${name}${values.hooks === true && setting.hooks.length > 0 ? `, and ${hooks} from it` : ""}.\n`,
  );
}
