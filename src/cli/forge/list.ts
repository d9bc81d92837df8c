import { openForge } from "../../forges/adapter.ts";
import type { ForgeSetting } from "../../forges/setting.ts";
import { safeMessage } from "../../kugetsu/errors.ts";
import { parseArguments } from "../arguments.ts";
import type { Io } from "../command.ts";
import { printableJson } from "../printable.ts";
import { table } from "../table.ts";
import { load } from "./load.ts";

const PATIENCE_MS = 8_000;

/** `kugetsu forge list` */
export async function list(args: readonly string[], io: Io): Promise<void> {
  const { values } = parseArguments(args, { json: { type: "boolean" } }, { max: 0 });
  const { forges } = await load(io);
  const rows = await Promise.all(forges.map(rowOf));
  if (values.json === true) {
    io.stdout.write(`${printableJson(rows)}\n`);
    return;
  }
  if (rows.length === 0) {
    io.stderr.write("kugetsu: No forge is configured: `kugetsu forge add URL` adds one.\n");
    return;
  }
  io.stdout.write(
    table(
      ["NAME", "KIND", "URL", "BOT", "FROM", "HOOKS"],
      rows.map(({ name, kind, url, bot, why, from, hooks }) => [
        name,
        kind,
        url,
        bot ?? `unknown: ${why ?? ""}`,
        from,
        hooks.map(({ scope }) => scope).join(", ") || "-",
      ]),
    ),
  );
}

async function rowOf(setting: ForgeSetting) {
  const { name, kind, url, from, accounts } = setting;
  const hooks = setting.hooks.map(({ id, scope }) => ({ id, scope }));
  const row = { name, kind, url, from, accounts, hooks };
  try {
    const { login } = await openForge(setting, { timeoutMs: PATIENCE_MS }).self();
    return { ...row, bot: login, why: null };
  } catch (error) {
    return { ...row, bot: null, why: safeMessage(error) };
  }
}
