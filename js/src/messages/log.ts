// The log of an instance, and the console of a run.

export interface LogLine {
  time: number;
  level: string;
  text: string;
}

/** Lines, the oldest first, and the number of the last one. */
export interface LogData {
  end: number;
  /** The number of the last line that the kernel does not have. */
  oldest?: number;
  /** Whether the server may have lines before those of the kernel. */
  more?: boolean;
  lines: readonly LogLine[];
}
