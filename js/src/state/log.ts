// The log lines that this page holds, and requests for older ones.
import type { DashboardTraits } from "../messages/dashboard";
import type { LogData, LogLine } from "../messages/log";
import type { ViewModel } from "../model";

const MAX_LINES = 200_000; // the kernel keeps as many
const LINES_PER_REQUEST = 2000;

/** Appends the lines that are new. If some were missed, only those that the update repeats are added. */
export function appendLines(known: LogData, update: LogData): LogData {
  const count = Math.min(update.end - known.end, update.lines.length);
  if (update.end <= known.end) return known;
  return {
    ...known,
    end: update.end,
    lines: [...known.lines, ...update.lines.slice(update.lines.length - count)].slice(-MAX_LINES),
  };
}

/** Prepends older lines if they end right before the known ones. */
export function prependLines(known: LogData, older: LogData): LogData {
  // The known lines were cut or belong to another log by now.
  if (older.end !== known.end - known.lines.length) return known;
  const { oldest = 0, more = false } = older;
  return { ...known, oldest, more, lines: [...older.lines, ...known.lines] };
}

export type Level = "scheduler" | "all" | "warning" | "error";

const SEVERE: Partial<Record<Level, readonly string[]>> = {
  warning: ["warning", "error", "critical"],
  error: ["error", "critical"],
};

/** An agent sends what a service prints, and what the agent itself says, as debug lines. The scheduler writes none. */
export const isOfAgent = ({ level }: LogLine): boolean => level === "debug";

/** The lines of the scheduler itself. */
export function schedulerLines(lines: readonly LogLine[]): readonly LogLine[] {
  return lines.some(isOfAgent) ? lines.filter((line) => !isOfAgent(line)) : lines;
}

/** The lines of a level or worse that contain a text, ignoring case. */
export function filterLines(lines: readonly LogLine[], level: Level, text: string): LogLine[] {
  const levels = SEVERE[level];
  const wanted = text.trim().toLowerCase();
  return (level === "scheduler" ? schedulerLines(lines) : lines).filter(
    (each) => (!levels || levels.includes(each.level)) && (!wanted || each.text.toLowerCase().includes(wanted)),
  );
}

/** The lines as text, with times in UTC. */
export function linesToText(lines: readonly LogLine[]): string {
  return lines
    .map(({ time, level, text }) => `${new Date(time).toISOString()} ${level.toUpperCase()} ${text}`)
    .join("\n");
}

/** Holds the log of one view and follows its changes. */
export class LogStore {
  #data: LogData;
  #listeners = new Set<() => void>();

  #loading = false;
  #stopped = false;
  #problem = "";

  constructor(private readonly model: Pick<ViewModel<DashboardTraits>, "get" | "onChange" | "request">) {
    this.#data = appendLines(model.get("log_window"), model.get("log_changes"));
    model.onChange("log_window", () => this.#applyChanges(model.get("log_window")));
    model.onChange("log_changes", () => this.#applyChanges(this.#data));
  }

  get lines(): readonly LogLine[] {
    return this.#data.lines;
  }

  /** The number of the first line. */
  get first(): number {
    return this.#data.end - this.#data.lines.length + 1;
  }

  /** The number of older lines that the kernel has. */
  get inKernel(): number {
    const { end, oldest = 0, lines } = this.#data;
    return lines.length >= MAX_LINES ? 0 : Math.max(0, end - lines.length - oldest);
  }

  /** Whether there may be older lines on the server. */
  get hasMore(): boolean {
    return (this.#data.more ?? false) && this.#data.lines.length < MAX_LINES;
  }

  /** Whether older lines are being loaded. */
  get loading(): boolean {
    return this.#loading;
  }

  /** Why older lines could not be loaded; empty if they could. */
  get problem(): string {
    return this.#problem;
  }

  /** Loads older lines: the kernel's if it has any, else one page from the server. */
  async loadOlder(): Promise<void> {
    if (this.#loading || (this.inKernel === 0 && !this.hasMore)) return;
    this.#loading = true;
    this.#problem = "";
    this.#notify();
    const { end, lines } = this.#data;
    const before = end - lines.length;
    try {
      const piece =
        this.inKernel > 0
          ? await this.model.request<LogData>("log", {
              before,
              count: Math.min(LINES_PER_REQUEST, MAX_LINES - lines.length),
            })
          : await this.model.request<LogData>("older_log", { before });
      this.#data = prependLines(this.#data, piece);
    } catch (reason) {
      this.#problem = reason instanceof Error ? reason.message : String(reason);
    } finally {
      this.#loading = false;
      this.#notify();
    }
  }

  /** Loads all older lines that the kernel has; with `all`, those on the server too, until `stop` is called. */
  async loadAll(all = false): Promise<void> {
    this.#stopped = false;
    let count = -1;
    while (this.#data.lines.length !== count && (this.inKernel > 0 || (all && this.hasMore)) && !this.#stopped) {
      count = this.#data.lines.length;
      await this.loadOlder();
    }
  }

  /** Stops `loadAll`. */
  stop(): void {
    this.#stopped = true;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #applyChanges(known: LogData): void {
    this.#setData(appendLines(known, this.model.get("log_changes")));
  }

  #setData(data: LogData): void {
    this.#data = data;
    this.#notify();
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
