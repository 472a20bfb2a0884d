// The lines of the log that this page holds.
import type { DashboardTraits } from "../messages/dashboard";
import type { LogData, LogLine } from "../messages/log";
import type { ViewModel } from "../model";

const KEPT = 200_000; // as many as the kernel keeps
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
  const { oldest = 0, more = false } = piece;
  return { ...known, oldest, more, lines: [...piece.lines, ...known.lines] };
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
  #stopped = false;
  #problem = "";

  constructor(private readonly model: Pick<ViewModel<DashboardTraits>, "get" | "onChange" | "request">) {
    this.#data = withLines(model.get("log_window"), model.get("log_changes"));
    model.onChange("log_window", () => this.#follow(model.get("log_window")));
    model.onChange("log_changes", () => this.#follow(this.#data));
  }

  get lines(): readonly LogLine[] {
    return this.#data.lines;
  }

  /** The number of the first line. */
  get first(): number {
    return this.#data.end - this.#data.lines.length + 1;
  }

  /** How many older lines the kernel has. */
  get before(): number {
    const { end, oldest = 0, lines } = this.#data;
    return lines.length >= KEPT ? 0 : Math.max(0, end - lines.length - oldest);
  }

  /** Whether there may be still older ones, which the kernel would have to read. */
  get more(): boolean {
    return (this.#data.more ?? false) && this.#data.lines.length < KEPT;
  }

  /** Whether older lines are on their way. */
  get reading(): boolean {
    return this.#asking;
  }

  /** Why older lines could not be read. */
  get problem(): string {
    return this.#problem;
  }

  /** Asks for older lines: for those that the kernel has, else for a page of those that it has to read. */
  async older(): Promise<void> {
    if (this.#asking || (this.before === 0 && !this.more)) return;
    this.#asking = true;
    this.#problem = "";
    this.#tell();
    const { end, lines } = this.#data;
    const before = end - lines.length;
    try {
      const piece =
        this.before > 0
          ? await this.model.request<LogData>("log", { before, count: Math.min(PIECE, KEPT - lines.length) })
          : await this.model.request<LogData>("older_log", { before });
      this.#data = withOlder(this.#data, piece);
    } catch (reason) {
      this.#problem = reason instanceof Error ? reason.message : String(reason);
    } finally {
      this.#asking = false;
      this.#tell();
    }
  }

  /** Asks for older lines until the kernel has no others; with `all`, until there are no others, or it is stopped. */
  async oldest(all = false): Promise<void> {
    this.#stopped = false;
    let count = -1;
    while (this.#data.lines.length !== count && (this.before > 0 || (all && this.more)) && !this.#stopped) {
      count = this.#data.lines.length;
      await this.older();
    }
  }

  /** Reads no further. */
  stop(): void {
    this.#stopped = true;
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
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
