/** A command as it is to be started, complete: nothing of the bot's own environment is added. */
export interface BoxedCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What it works on, a worktree say: all commands of one scope share the limits on processes and memory. */
  readonly scope: string;
  /** Absolute directories that it may write; everything else is read-only or absent. */
  readonly writable: readonly string[];
  /** Absolute paths of kugetsu's own that it may read, such as the mirror's objects that it borrows. */
  readonly readable: readonly string[];
  /** One of the writable directories that stands for /tmp as well; without it /tmp is small and goes with the command. */
  readonly temp?: string;
  /** Whether it may use the network; without it not even loopback is there. */
  readonly network?: boolean;
}

/** Everything that runs an agent, or touches what an agent can write, is started through a box. */
export type Box = (command: BoxedCommand) => BoxedCommand;

/** No box: the command as it is, with its clean environment. */
export const openBox: Box = (command) => command;
