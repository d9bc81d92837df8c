/** How a turn ended. An expected end is a value, never a thrown error. */
export type TurnOutcome = "finished" | "failed" | "timed_out" | "stopped";

/** Tokens of a turn, subagents included where the agent tells them. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cached: number;
}

/** What the agent is doing right now, in a few words for a person. */
export interface Progress {
  readonly kind: "starting" | "thinking" | "tool" | "text";
  /** For example `bash: npm test`. Written by an agent: make it harmless before it is posted. */
  readonly text: string;
}

/** One piece of what an agent says and does, for whoever watches its turn. Hostile until made harmless. */
export type Activity =
  /** A piece of its words, or of its thinking; lines may come in several pieces. */
  | { readonly kind: "words" | "thought"; readonly text: string }
  /** A tool begins; `input` is JSON. */
  | { readonly kind: "tool"; readonly title: string; readonly input: string }
  /** A tool has ended. `failed`: with an error, or a command with another exit code than 0. */
  | {
      readonly kind: "result";
      readonly title: string;
      readonly output: string;
      readonly failed: boolean;
    }
  /** In kugetsu's words. */
  | { readonly kind: "note"; readonly text: string };

/** Limits of one turn. Those that may be left out are no limit then. */
export interface TurnLimits {
  /** Milliseconds of wall clock from the first request on. */
  readonly wallMs: number;
  /** Milliseconds without any sign of life from the agent. */
  readonly silenceMs: number;
  /** All tokens of the turn, subagents included. */
  readonly tokens?: number;
  /** Requests to the model, those of subagents and those that failed and are made again included. */
  readonly requests?: number;
  /**
   * Bytes that the agent tells of its turn: its words, and what its tools print. The last 30 kB of that come again with
   * every bit that is printed: one line each 20 ms makes some 80 MB a minute.
   */
  readonly outputBytes?: number;
}

/** A limit of what a turn may take of the machine, which is measured from outside the agent. */
export type MachineLimit = "memory" | "processes" | "disk";

/** Which limit ended a turn. */
export type LimitName = "wall" | "silence" | "tokens" | "requests" | "output" | MachineLimit;

/** A limit of the machine that was reached, and how that is told: one sentence, safe to post. */
export interface ReachedLimit {
  readonly limit: MachineLimit;
  readonly words: string;
}

/** Where an agent lives and what it gets: everything here is decided by the core, nothing by the agent. */
export interface AgentPlace {
  /** Names the session everywhere (one process, one database): a sanitized ref. */
  readonly key: string;
  /** Absolute path of the agent's working directory (the worktree). */
  readonly cwd: string;
  /** Absolute path of the directory that holds the agent's HOME, opencode data and TMPDIR; made when missing. */
  readonly home: string;
  /** The agent's environment without HOME, TMPDIR and opencode's own variables, which the runner adds. */
  readonly env: Readonly<Record<string, string>>;
  /** The lease under which it runs; stands in the process environment as `KUGETSU_LEASE`, to find survivors. */
  readonly lease: string;
  /** What stands in its instructions for good, whatever is said in the conversation. */
  readonly instructions?: string | undefined;
  /** Further absolute directories that it may write, such as its private repository. */
  readonly writable?: readonly string[];
  /** Further absolute directories of kugetsu's own that it may read, such as the mirror. */
  readonly readable?: readonly string[];
}

/** A picture for an agent. */
export interface Picture {
  readonly mimeType: "image/png" | "image/jpeg" | "image/gif" | "image/webp";
  /** Base64. */
  readonly data: string;
}

/**
 * Why an agent was given no picture: it takes none, its configuration says so of the model, or it could not read one
 * of them.
 */
export type PictureRefusal = "agent" | "model" | "unreadable";

/** Pictures that go with a prompt. */
export interface PromptPictures {
  /** In the order in which the prompt speaks of them. */
  readonly list: readonly Picture[];
  /** The prompt for an agent that is given none of them. */
  readonly without: string;
}

export interface TurnRequest {
  readonly place: AgentPlace;
  /** The opencode session to go on in; undefined starts a new one. */
  readonly sessionId: string | undefined;
  /** For a new session: an exported conversation to fork from; undefined or empty starts without one. */
  readonly forkOf: string | undefined;
  readonly prompt: string;
  readonly pictures?: PromptPictures | undefined;
  readonly limits: TurnLimits;
  readonly signal: AbortSignal;
  /** Called as soon as the session id is known, before the first prompt, so that it survives a crash. */
  readonly onSession: (sessionId: string) => Promise<void>;
  readonly onProgress: (progress: Progress) => void;
  /** Told all that happens, in full. */
  readonly onActivity?: ((activity: Activity) => void) | undefined;
}

export interface TurnResult {
  readonly outcome: TurnOutcome;
  /** The limit that ended it; absent when it ended in another way. */
  readonly limit?: LimitName | undefined;
  /** What the agent said last, in its words. Hostile until made harmless. */
  readonly text: string;
  /** Why it did not finish, safe to post; empty when it finished. */
  readonly reason: string;
  readonly sessionId: string | undefined;
  readonly tokens: Tokens | undefined;
  /** In US dollars; undefined when the provider has no prices (never 0 for unknown). */
  readonly cost: number | undefined;
  readonly durationMs: number;
  /** Set where there were pictures, and the agent was given none of them. */
  readonly picturesRefused?: PictureRefusal | undefined;
}

/** The agent's own interface on the terminal of this process. */
export interface TerminalRequest {
  readonly place: AgentPlace;
  /** The conversation to open; undefined leaves it to the person, who begins one by saying something. */
  readonly sessionId: string | undefined;
  /** What is known of the terminal: TERM, COLORTERM and their like. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** How a person's visit came to its end. */
export type TerminalEnd =
  | { readonly kind: "left" }
  /** `reason` is one safe sentence. */
  | { readonly kind: "failed"; readonly reason: string }
  /** Its signal was aborted. */
  | { readonly kind: "stopped" };

/** A conversation, and all of it as a portable text for `forkOf`. */
export interface UsedConversation {
  readonly sessionId: string;
  readonly text: string;
}

/** Runs turns of an agent. The one adapter is `opencode/`; nothing else knows how the agent is spoken to. */
export interface Runner extends AsyncDisposable {
  /** Runs one turn. Resolves for every expected end; throws KugetsuError only for a defect or a bad request. */
  run(request: TurnRequest): Promise<TurnResult>;
  /**
   * Begins to start the place's process, if none waits, while its directory is still being made. Disposing of the
   * result ends the process unless a turn has taken it.
   */
  prepare(place: AgentPlace, signal: AbortSignal): Promise<AsyncDisposable>;
  /** Makes an empty conversation, or one of a single prompt, and returns its id. */
  createSession(
    place: AgentPlace,
    prompt: string | undefined,
    signal: AbortSignal,
  ): Promise<string>;
  /** Makes a conversation that begins with an exported one, and returns its id. */
  forkSession(place: AgentPlace, exported: string, signal: AbortSignal): Promise<string>;
  /** Opens the agent's own interface; resolves when it is closed. Nothing else may work in that place meanwhile. */
  openTerminal(request: TerminalRequest): Promise<TerminalEnd>;
  /**
   * The conversation of that place in which something was said last, subagents' excepted; undefined when nothing was
   * said since then, in milliseconds since the epoch.
   */
  usedSince(
    place: AgentPlace,
    since: number,
    signal: AbortSignal,
  ): Promise<UsedConversation | undefined>;
  /** What `exportSession` said last of that conversation, and whether nothing has changed since; undefined: never. */
  lastExport(
    place: AgentPlace,
    sessionId: string,
  ): Promise<{ readonly text: string; readonly isCurrent: boolean } | undefined>;
  /** The conversation as a portable text for `forkOf`; empty when it has no messages. */
  exportSession(place: AgentPlace, sessionId: string): Promise<string>;
  /** Ends the idle process of that place, if any, so that its directory may be removed. */
  release(key: string): Promise<void>;
}
