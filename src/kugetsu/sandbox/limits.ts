/** What everything in one box may use together, or each process of it. */
export interface BoxLimits {
  /** Processes and threads at once. */
  readonly processes: number;
  /** Bytes of memory that are its own, all processes together. */
  readonly memoryBytes: number;
  /** Bytes of one file. */
  readonly fileBytes: number;
}

export const DEFAULT_LIMITS: BoxLimits = {
  processes: 1024,
  memoryBytes: 4 * 1024 ** 3,
  fileBytes: 2 * 1024 ** 3,
};
