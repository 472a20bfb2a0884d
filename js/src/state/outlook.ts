// The data of the preview: runs per day for two months, the runs of one day, and clashes.
import type { DayRuns, Outlook } from "../messages/wizard";
import type { Data } from "./toData";
import type { Requester } from "./wizardStore";

export interface OutlookQuery {
  data: Data;
  /** The first day of the first month that is shown. */
  month: string;
  zone: string;
  /** The date whose runs are listed. */
  day: string | null;
}

export interface OutlookState {
  outlook: Outlook | null;
  /** The runs of `runsOf`. */
  runs: DayRuns | null;
  runsOf: string | null;
}

/** Requests the data and keeps the last answers. An answer that arrives after a newer request is dropped. */
export class OutlookStore {
  #state: OutlookState = { outlook: null, runs: null, runsOf: null };
  #lastTicket = 0;
  #listeners = new Set<() => void>();

  constructor(private readonly kernel: Requester) {}

  get state(): OutlookState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async load({ data, month, zone, day }: OutlookQuery): Promise<void> {
    const ticket = ++this.#lastTicket;
    if (day !== this.#state.runsOf) this.#set({ runs: null, runsOf: day });
    const [outlook, runs] = await Promise.all([
      this.#request<Outlook>("outlook", { data, month, zone }),
      day === null ? null : this.#request<DayRuns>("day", { data, date: day, zone }),
    ]);
    if (ticket === this.#lastTicket) this.#set({ outlook: outlook ?? this.#state.outlook, runs });
  }

  async #request<Result>(action: string, payload: unknown): Promise<Result | null> {
    try {
      return await this.kernel.request<Result>(action, payload);
    } catch {
      return null; // the view was closed, or the kernel does not know the time zone
    }
  }

  #set(change: Partial<OutlookState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}
