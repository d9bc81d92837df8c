/**
 * What went wrong, in words that may be shown to anybody.
 *
 * `code` is what programs decide by, `message` is safe to print or post (no secret, no internal detail), `hint`
 * says what to do next, and `cause` keeps the original for the log. `retryAfterMs` is how long the other side asked
 * to be left alone, where it did; `ofOneAccount`: by whom is asked about there, others need not wait. `needsOperator`: no try will work before the operator has done what `hint` says.
 */
export class KugetsuError extends Error {
  override readonly name = "KugetsuError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly ofOneAccount: boolean;
  readonly needsOperator: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      cause?: unknown;
      hint?: string | undefined;
      retryAfterMs?: number | undefined;
      ofOneAccount?: boolean;
      needsOperator?: boolean;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retryAfterMs = options.retryAfterMs;
    this.ofOneAccount = options.ofOneAccount ?? false;
    this.needsOperator = options.needsOperator ?? false;
  }
}

export type ErrorCode =
  /** The input is malformed: wrong usage, a bad ref, a bad setting. */
  | "invalid"
  /** What was asked for does not exist. */
  | "not_found"
  /** The one who asks may not, or a credential is refused. */
  | "forbidden"
  /** It clashes with what is there: a running turn, a branch, an existing base session. */
  | "conflict"
  /** The other side cannot be reached, is overloaded or failed; another try may work. */
  | "unavailable"
  /** It failed, and another try would fail the same way. */
  | "failed"
  /** A defect of this program. */
  | "internal";

/** Words for anybody about any thrown value; what is unknown is never quoted. */
export function safeMessage(error: unknown): string {
  return error instanceof KugetsuError ? error.message : "Internal error.";
}
