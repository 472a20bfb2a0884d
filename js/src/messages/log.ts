// Messages about the log of an instance and the console of a run.

export interface LogLine {
  time: number;
  level: string;
  text: string;
}

/** Log lines, oldest first; `end` is the number of the last one. */
export interface LogData {
  end: number;
  /** The number of the last line before those that the kernel has. */
  oldest?: number;
  /** Whether the server may have lines older than the kernel's. */
  more?: boolean;
  lines: readonly LogLine[];
}
