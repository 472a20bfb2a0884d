// The lines of the log that this page holds.
import type { DashboardTraits, LogLine } from "../messages";
import type { ViewModel } from "../model";

/** Lines, the oldest first, and the number of the last one. */
export interface LogData {
  end: number;
  lines: readonly LogLine[];
}

const KEPT = 1000;

/** Adds the lines that are new; of those that were missed, as many as were sent again. */
export function withLines(known: LogData, told: LogData): LogData {
  const count = Math.min(told.end - known.end, told.lines.length);
  if (told.end <= known.end) return known;
  return { end: told.end, lines: [...known.lines, ...told.lines.slice(told.lines.length - count)].slice(-KEPT) };
}

/** Follows the log of one view. */
export class LogStore {
  #data: LogData;
  #listeners = new Set<() => void>();

  constructor(private readonly model: Pick<ViewModel<DashboardTraits>, "get" | "onChange">) {
    this.#data = withLines(model.get("log_window"), model.get("log_changes"));
    model.onChange("log_window", () => this.#follow(model.get("log_window")));
    model.onChange("log_changes", () => this.#follow(this.#data));
  }

  get lines(): readonly LogLine[] {
    return this.#data.lines;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #follow(known: LogData): void {
    this.#data = withLines(known, this.model.get("log_changes"));
    for (const listener of [...this.#listeners]) listener();
  }
}
