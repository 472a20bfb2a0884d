// What the preview shows beside the review: two months by day, the runs of one day, and clashes.
import type { DayRuns, Outlook } from "../messages/wizard";
import type { Asks } from "./store";
import type { Data } from "./toData";

export interface Question {
  data: Data;
  /** The first day of the first month. */
  month: string;
  zone: string;
  /** A date whose runs are listed. */
  day: string | null;
}

export interface OutlookState {
  outlook: Outlook | null;
  /** The runs of `runsOf`. */
  runs: DayRuns | null;
  runsOf: string | null;
}

/** Asks, and keeps the last answers; one that comes after a newer question is dropped. */
export class OutlookStore {
  #state: OutlookState = { outlook: null, runs: null, runsOf: null };
  #asked = 0;
  #listeners = new Set<() => void>();

  constructor(private readonly kernel: Asks) {}

  get state(): OutlookState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async ask({ data, month, zone, day }: Question): Promise<void> {
    const ticket = ++this.#asked;
    if (day !== this.#state.runsOf) this.#set({ runs: null, runsOf: day });
    const [outlook, runs] = await Promise.all([
      this.#request<Outlook>("outlook", { data, month, zone }),
      day === null ? null : this.#request<DayRuns>("day", { data, date: day, zone }),
    ]);
    if (ticket === this.#asked) this.#set({ outlook: outlook ?? this.#state.outlook, runs });
  }

  async #request<Result>(action: string, payload: unknown): Promise<Result | null> {
    try {
      return await this.kernel.request<Result>(action, payload);
    } catch {
      return null; // the view was closed, or the kernel does not know the zone
    }
  }

  #set(change: Partial<OutlookState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}
