// The log of an instance, and the console of a run.

export interface LogLine {
  time: number;
  level: string;
  text: string;
}

/** Lines, the oldest first, and the number of the last one. */
export interface LogData {
  end: number;
  /** How many lines before these the kernel does not know any more. */
  oldest?: number;
  lines: readonly LogLine[];
}
