import { join } from "node:path";
import { KugetsuError } from "../kugetsu/errors.ts";
import { holdFileLock } from "../kugetsu/file-lock.ts";
import { readPrivateFile, writePrivateFile } from "../kugetsu/env/private-file.ts";
import { secretsIn } from "./secrets-in.ts";
import { type ForgeSetting, type HookSetting, instanceOf } from "./setting.ts";
import {
  isForgeName,
  parseForge,
  parseHook,
  printForge,
  printHook,
  type StoredHook,
} from "./stored.ts";

/** What forges.json holds. */
export interface StoredForges {
  /** In the file's order, without hooks; no two have one instance, and none an environment's name or instance. */
  readonly forges: readonly ForgeSetting[];
  readonly hooks: readonly StoredHook[];
  /** What is left out of account, each named, without a secret. */
  readonly warnings: readonly string[];
  /** Every secret in it, of what is left out too: for the mask. Shown as `[redacted]`. */
  readonly secrets: readonly string[];
}

/** `forges.json` of a home: the forges that `kugetsu forge add` stored, and the hooks of all. */
export interface ForgeFile {
  /** Absolute. */
  readonly path: string;
  /**
   * A bad entry is a warning, and the others hold.
   * @throws KugetsuError `forbidden` when others may read it, `failed` when it is no such file
   */
  load(): Promise<StoredForges>;
  /**
   * Stores a forge, or changes the one of that name; its hooks stay.
   * @throws KugetsuError `conflict` when the environment has a forge of that name, another one has its instance, or
   *   that name is another server; `invalid` for what would not be read again
   */
  save(forge: ForgeSetting): Promise<void>;
  /** Forgets a forge and its hooks; false where it is not stored here. */
  remove(name: string): Promise<boolean>;
  /** @throws KugetsuError `conflict` when that forge has a hook of that id */
  addHook(forge: Pick<ForgeSetting, "name" | "url">, hook: HookSetting): Promise<void>;
  /** @throws KugetsuError `not_found` */
  replaceHook(forge: Pick<ForgeSetting, "name" | "url">, hook: HookSetting): Promise<void>;
  /** False where there is no such hook. */
  removeHook(forge: string, id: string): Promise<boolean>;
}

/** The file as it was read: bad entries too, which a change must not lose. */
interface Document {
  readonly forges: Record<string, unknown>;
  hooks: unknown[];
}

const PATIENCE_MS = 10_000;

/** Nothing is read or made before something is asked for. `environment`: the forges that are configured there. */
export function createForgeFile(home: string, environment: readonly ForgeSetting[]): ForgeFile {
  const path = join(home, "forges.json");
  const read = async (): Promise<Document> =>
    parseDocument(path, await readPrivateFile(path, undefined, { tighten: false, refuse: true }));
  const change = async <T>(edit: (document: Document) => T): Promise<T> => {
    using _lock = await holdFileLock(`${path}.lock`, PATIENCE_MS);
    const document = await read();
    const before = JSON.stringify(document);
    const result = edit(document);
    if (JSON.stringify(document) !== before)
      await writePrivateFile(path, `${JSON.stringify(document, undefined, 2)}\n`);
    return result;
  };
  return {
    path,
    load: async () => entriesOf(await read(), environment),
    save: (forge) =>
      change((document) => {
        assertFree(document, environment, forge);
        // As it will be read, or not at all.
        parseForge(forge.name, printForge(forge));
        document.forges[forge.name] = printForge(forge);
      }),
    remove: (name) =>
      change((document) => {
        if (!Object.hasOwn(document.forges, name)) return false;
        delete document.forges[name];
        document.hooks = document.hooks.filter((hook) => ownText(hook, "forge") !== name);
        return true;
      }),
    addHook: (forge, hook) =>
      change((document) => {
        if (document.hooks.some(isHook(forge.name, hook.id)))
          throw new KugetsuError("conflict", `${forge.name} has a hook ${hook.id} already.`);
        document.hooks.push(stored(forge, hook));
      }),
    replaceHook: (forge, hook) =>
      change((document) => {
        const index = document.hooks.findIndex(isHook(forge.name, hook.id));
        if (index === -1)
          throw new KugetsuError("not_found", `${forge.name} has no hook ${hook.id}.`);
        document.hooks[index] = stored(forge, hook);
      }),
    removeHook: (forge, id) =>
      change((document) => {
        const others = document.hooks.filter((hook) => !isHook(forge, id)(hook));
        const isFound = others.length < document.hooks.length;
        document.hooks = others;
        return isFound;
      }),
  };
}

/** A forge with those of the stored hooks that are its own. */
export function withHooks(
  setting: ForgeSetting,
  { hooks }: Pick<StoredForges, "hooks">,
): ForgeSetting {
  return { ...setting, hooks: hooks.filter(({ forge }) => forge === setting.name) };
}

function parseDocument(path: string, text: string | undefined): Document {
  if (text === undefined || text.trim() === "") return { forges: {}, hooks: [] };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Without the cause: it quotes the text.
    throw unreadable(path, "it is no JSON");
  }
  if (!isRecord(value)) throw unreadable(path, "it is no object");
  const { forges = {}, hooks = [], ...rest } = value;
  if (!isRecord(forges) || !Array.isArray(hooks) || Object.keys(rest).length > 0)
    throw unreadable(path, "it has more or others than the object `forges` and the list `hooks`");
  return { forges: { ...forges }, hooks: [...(hooks as unknown[])] };
}

function entriesOf(document: Document, environment: readonly ForgeSetting[]): StoredForges {
  const warnings: string[] = [];
  const forges: ForgeSetting[] = [];
  const orWarn = (what: string, take: () => void): void => {
    try {
      take();
    } catch (error) {
      if (!(error instanceof KugetsuError)) throw error;
      warnings.push(`forges.json: ${what} is left out: ${error.message.replace(/\.$/, "")}.`);
    }
  };
  for (const [name, value] of Object.entries(document.forges)) {
    orWarn(`the forge ${quoted(name)}`, () => {
      const forge = parseForge(name, value);
      assertAlone(forge, [...environment, ...forges]);
      forges.push(forge);
    });
  }
  const known = [...environment, ...forges];
  const hooks = new Map<string, StoredHook>();
  for (const [index, value] of document.hooks.entries()) {
    const id = ownText(value, "id");
    orWarn(`the hook ${id === undefined ? `number ${index + 1}` : quoted(id)}`, () => {
      const hook = parseHook(value);
      const at = known.find(({ name }) => name === hook.forge);
      if (at === undefined) throw new KugetsuError("invalid", "its forge is not configured");
      if (instanceOf(at) !== hook.instance)
        throw new KugetsuError("invalid", `${hook.forge} is another server by now`);
      const key = `${hook.forge} ${hook.id}`;
      if (hooks.has(key)) throw new KugetsuError("invalid", "another one has its id");
      hooks.set(key, hook);
    });
  }
  return { forges, hooks: [...hooks.values()], warnings, secrets: secretsIn(document) };
}

/** @throws KugetsuError `conflict` for a name or an instance that another forge has */
function assertAlone(forge: ForgeSetting, others: readonly ForgeSetting[]): void {
  const instance = instanceOf(forge);
  const other = others.find(
    ({ name, url }) => name === forge.name || instanceOf({ url }) === instance,
  );
  if (other === undefined) return;
  throw new KugetsuError(
    "conflict",
    other.name === forge.name
      ? `The environment has a forge called ${forge.name}, and wins.`
      : `${instance} is the forge ${other.name} already.`,
  );
}

function assertFree(
  document: Document,
  environment: readonly ForgeSetting[],
  forge: ForgeSetting,
): void {
  if (!isForgeName(forge.name))
    throw new KugetsuError("invalid", "A forge's name is up to 31 of a-z, 0-9 and -.");
  const { forges } = entriesOf(document, environment);
  const instance = instanceOf(forge);
  const earlier = forges.find(({ name }) => name === forge.name);
  // What waits for the one would be said to the other.
  if (earlier !== undefined && instanceOf(earlier) !== instance)
    throw new KugetsuError("conflict", `${forge.name} is ${instanceOf(earlier)} already.`, {
      hint: "Give this one another name.",
    });
  assertAlone(forge, [...environment, ...forges.filter(({ name }) => name !== forge.name)]);
}

function stored(forge: Pick<ForgeSetting, "name" | "url">, hook: HookSetting): unknown {
  const printed = printHook({ ...hook, forge: forge.name, instance: instanceOf(forge) });
  parseHook(printed);
  return printed;
}

function isHook(forge: string, id: string): (value: unknown) => boolean {
  return (value) => ownText(value, "forge") === forge && ownText(value, "id") === id;
}

function ownText(value: unknown, key: string): string | undefined {
  const found = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof found === "string" ? found : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}

function unreadable(path: string, why: string): KugetsuError {
  return new KugetsuError("failed", `${path} cannot be read: ${why}.`, {
    hint: "Mend it, or move it away and run `kugetsu forge add` again.",
  });
}
