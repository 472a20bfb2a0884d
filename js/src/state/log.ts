// The lines of the log that this page holds.
import type { DashboardTraits } from "../messages/dashboard";
import type { LogData, LogLine } from "../messages/log";
import type { ViewModel } from "../model";

const KEPT = 10_000;
const PIECE = 2000;

/** Adds the lines that are new; of those that were missed, as many as were sent again. */
export function withLines(known: LogData, told: LogData): LogData {
  const count = Math.min(told.end - known.end, told.lines.length);
  if (told.end <= known.end) return known;
  return {
    ...known,
    end: told.end,
    lines: [...known.lines, ...told.lines.slice(told.lines.length - count)].slice(-KEPT),
  };
}

/** Lines that come before the known ones. */
export function withOlder(known: LogData, piece: LogData): LogData {
  if (piece.end !== known.end - known.lines.length) return known; // it was cut, or is another log by now
  return { ...known, oldest: piece.oldest ?? 0, lines: [...piece.lines, ...known.lines] };
}

export type Level = "all" | "warning" | "error";

const WORTH = { all: null, warning: ["warning", "error", "critical"], error: ["error", "critical"] } as const;

/** The lines of a level that hold a text, in any case. */
export function matching(lines: readonly LogLine[], level: Level, text: string): LogLine[] {
  const levels: readonly string[] | null = WORTH[level];
  const wanted = text.trim().toLowerCase();
  return lines.filter(
    (each) => (levels === null || levels.includes(each.level)) && (!wanted || each.text.toLowerCase().includes(wanted)),
  );
}

/** The lines as text, to copy; times in UTC. */
export function asText(lines: readonly LogLine[]): string {
  return lines
    .map(({ time, level, text }) => `${new Date(time).toISOString()} ${level.toUpperCase()} ${text}`)
    .join("\n");
}

/** Follows the log of one view. */
export class LogStore {
  #data: LogData;
  #listeners = new Set<() => void>();

  #asking = false;

  constructor(private readonly model: Pick<ViewModel<DashboardTraits>, "get" | "onChange" | "request">) {
    this.#data = withLines(model.get("log_window"), model.get("log_changes"));
    model.onChange("log_window", () => this.#follow(model.get("log_window")));
    model.onChange("log_changes", () => this.#follow(this.#data));
  }

  get lines(): readonly LogLine[] {
    return this.#data.lines;
  }

  /** How many older lines can be asked for. */
  get before(): number {
    const { end, oldest = 0, lines } = this.#data;
    return lines.length >= KEPT ? 0 : Math.max(0, end - lines.length - oldest);
  }

  /** Asks for older lines; for all that there are, if `all`. */
  async older(all = false): Promise<void> {
    if (this.#asking || this.before === 0) return;
    this.#asking = true;
    const count = this.#data.lines.length;
    try {
      const { end, lines } = this.#data;
      const payload = { before: end - lines.length, count: Math.min(PIECE, KEPT - lines.length) };
      this.#take(withOlder(this.#data, await this.model.request<LogData>("log", payload)));
    } catch {
      return; // the page says elsewhere that the kernel does not answer
    } finally {
      this.#asking = false;
    }
    if (all && this.#data.lines.length > count) await this.older(true);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #follow(known: LogData): void {
    this.#take(withLines(known, this.model.get("log_changes")));
  }

  #take(data: LogData): void {
    this.#data = data;
    for (const listener of [...this.#listeners]) listener();
  }
}
