/** One verb of the program. */
export interface CliCommand {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` prints: the ways to call it and what the options mean. */
  readonly usage: string;
  /** It is not for people to call, and stands in no list. */
  readonly hidden?: boolean;
  /**
   * Results go to `stdout`, everything else to `stderr`. Resolves when all is done.
   * @throws UsageError for wrong arguments; KugetsuError for what failed
   */
  run(args: readonly string[], io: Io): Promise<void>;
}

/** The process as a command sees it. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Calls `listener` for each SIGINT and SIGTERM from now on; the result ends that. */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

type Output = Pick<NodeJS.WriteStream, "write"> & { readonly isTTY?: boolean };

/** The arguments make no sense: exit code 2, and the usage is shown. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
