/** What the set-up asks of a forge, with the token of somebody who may. Errors are those of the Forge interface. */
export interface ForgeAdmin {
  /** Whether the secret of a hook can be changed; else a new hook has to take its place. */
  readonly changesSecrets: boolean;
  /** The events that the bot handles, in the forge's own words. */
  readonly events: readonly string[];
  /** What the token itself lacks for the bot's work; undefined where that cannot be told. Changes nothing. */
  lacks(): Promise<readonly string[] | undefined>;
  /** Finds a repository (`owner/repo`) or an organisation. @throws `not_found`, `invalid` */
  scope(name: string): Promise<HookScope>;
  hooks(at: HookScope): Promise<readonly RemoteHook[]>;
  /** Returns its id. */
  createHook(at: HookScope, draft: HookDraft & { readonly secret: string }): Promise<number>;
  /** Makes a hook what the draft says; its secret too, where that is given and can be changed. */
  editHook(at: HookScope, id: number, draft: HookDraft): Promise<void>;
  /** One that is gone is no error. */
  removeHook(at: HookScope, id: number): Promise<void>;
  /** Has the forge send something to that hook. The result says why it cannot; undefined: it is on its way. */
  testHook(at: HookScope, id: number, draft: HookDraft): Promise<string | undefined>;
  /** What the forge itself knows of the newest delivery; undefined where it keeps no such record, or there was none. */
  lastDelivery(at: HookScope, id: number): Promise<RemoteDelivery | undefined>;
  /** Where people see and change the hook. */
  page(at: HookScope, id: number): string;
}

/** What a hook speaks for. */
export interface HookScope {
  /** `owner/repo`, or an organisation's name, as the forge writes it now. */
  readonly name: string;
  readonly id: number;
  readonly kind: "repository" | "organization";
  readonly archived: boolean;
  /** A repository without a commit. */
  readonly empty: boolean;
}

export interface HookDraft {
  readonly url: string;
  readonly events: readonly string[];
  readonly secret?: string | undefined;
}

export interface RemoteHook {
  readonly id: number;
  readonly url: string;
  readonly events: readonly string[];
  readonly active: boolean;
  readonly json: boolean;
}

export interface RemoteDelivery {
  /** ISO 8601. */
  readonly at: string;
  /** What the bot answered; 0: nothing. */
  readonly status: number;
  /** The forge's words: one plain line. */
  readonly words: string;
}
