import type { Forge } from "../forge/forge.ts";
import { KugetsuError, safeMessage } from "../kugetsu/errors.ts";
import { watchFile } from "../kugetsu/watch-file.ts";
import { openForge } from "./adapter.ts";
import { createForgeFile, type StoredForges, withHooks } from "./file.ts";
import { type ForgeSetting, instanceOf, secretsOf } from "./setting.ts";

/** A forge with what is configured of it. */
export interface ConfiguredForge {
  readonly setting: ForgeSetting;
  /** The same object while nothing changes that it was made of. */
  readonly forge: Forge;
}

/** All forges of this process: the environment's, and those of forges.json, which is followed as it changes. */
export interface ForgeRegistry {
  /** As configured now; costs one `stat` while nothing changed. Never throws: what cannot be read changes nothing. */
  current(): Promise<readonly ConfiguredForge[]>;
  /** As configured when it was last looked. */
  all(): readonly ConfiguredForge[];
  /** Of those, the one of that name. */
  get(name: string): ConfiguredForge | undefined;
  /** @throws KugetsuError `unavailable` where there is none: the operator may put it back */
  forge(name: string): Forge;
  /** Of those, the one whose address has that host[:port]. */
  at(instance: string): ConfiguredForge | undefined;
}

export interface RegistryOptions {
  /** KUGETSU_HOME, absolute. */
  readonly home: string;
  /** What the environment configures. */
  readonly environment: readonly ForgeSetting[];
  /** Told of every secret, for the mask; of one that is gone the mask goes on knowing. */
  readonly learn: (secret: string) => void;
  /** Told of each token of a GitHub App, which end within the hour, for the mask. */
  readonly learnToken?: (token: string) => void;
  readonly warn: (message: string) => void;
}

const NONE: StoredForges = { forges: [], hooks: [], warnings: [], secrets: [] };

/** Reads forges.json for the first time. */
export async function openForgeRegistry(options: RegistryOptions): Promise<ForgeRegistry> {
  const { environment, learn, learnToken = () => undefined, warn } = options;
  const file = createForgeFile(options.home, environment);
  const told = new Set<string>();
  const warnOnce = (words: string) => {
    if (!told.has(words)) warn(words);
    told.add(words);
  };
  const stored = watchFile(
    file.path,
    NONE,
    async () => file.load(),
    (message) => warn(`${message}\nThe forges read before still hold.`),
  );
  let from: StoredForges | undefined;
  let configured: readonly ConfiguredForge[] = [];
  let made = new Map<string, Forge>();

  const build = (next: StoredForges): void => {
    next.warnings.forEach(warnOnce);
    for (const secret of next.secrets) learn(secret);
    const kept = new Map<string, Forge>();
    const built: ConfiguredForge[] = [];
    for (const setting of [...environment, ...next.forges].map((each) => withHooks(each, next))) {
      for (const secret of secretsOf(setting)) learn(secret);
      try {
        const key = keyOf(setting);
        const forge = made.get(key) ?? openForge(setting, { warn: warnOnce, learnToken });
        kept.set(key, forge);
        built.push({ setting, forge });
      } catch (error) {
        if (!(error instanceof KugetsuError)) throw error;
        warnOnce(`The forge ${setting.name} cannot be used: ${safeMessage(error)}`);
      }
    }
    made = kept;
    configured = built;
  };

  const get = (name: string) => configured.find(({ setting }) => setting.name === name);
  const registry: ForgeRegistry = {
    current: async () => {
      const next = await stored();
      if (next !== from) build(next);
      from = next;
      return configured;
    },
    all: () => configured,
    get,
    forge: (name) => {
      const found = get(name);
      if (found !== undefined) return found.forge;
      throw new KugetsuError("unavailable", `No forge called ${name} is configured.`, {
        hint: "Put it back into the environment, or run `kugetsu forge add`.",
        needsOperator: true,
      });
    },
    at: (instance) => configured.find(({ setting }) => instanceOf(setting) === instance),
  };
  await registry.current();
  return registry;
}

/** All that an adapter is made of; kept in memory alone, since secrets are in it. */
function keyOf({ name, kind, url, apiUrl, accounts, secrets }: ForgeSetting): string {
  const { token, app, permissionToken } = secrets;
  const { id, privateKey } = app ?? {};
  return JSON.stringify([
    name,
    kind,
    url,
    apiUrl,
    accounts,
    token,
    id,
    privateKey,
    permissionToken,
  ]);
}
