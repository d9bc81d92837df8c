export interface NewApp {
  readonly slug: string;
  /** A login, or the name of an organization. */
  readonly owner: string;
  /** All that the sandbox tells of when left out. */
  readonly events?: readonly string[];
  /** What a bot needs (contents, issues, pull requests to write) when left out. */
  readonly permissions?: Readonly<Record<string, "read" | "write">>;
  /** Where its deliveries go. Left out, none are sent. */
  readonly url?: string;
}

export interface AppWithKey {
  readonly id: number;
  readonly slug: string;
  readonly clientId: string;
  /** `slug[bot]`. */
  readonly login: string;
  /** PEM, PKCS#1. */
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** As of when it is read. */
  readonly installations: readonly { readonly id: number; readonly account: string }[];
}
