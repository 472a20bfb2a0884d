// One table of one view: what the kernel told of it unasked, and the rows that it is asked for as they come into sight.
import type { DashboardTraits } from "../messages/dashboard";
import type { ChangesData, Choices, RowsAnswer, WindowData } from "../messages/tables";
import { RequestError, type ViewModel } from "../model";
import { answered, choicesIn, EVERYTHING, isEverything, type Query } from "./tableQuery";
import { fromWindow, missing, outdated, type TableState, withAnswer, withChanges } from "./tableState";

export type TableName = "executed" | "scheduled";
type Model = Pick<ViewModel<DashboardTraits>, "get" | "onChange" | "request">;

const PAGE = 100; // rows that are asked for at least
const RENEW_AFTER_MS = 300; // what changes in a burst is asked for once
const SLOW_AFTER_MS = 700;

/** A row that was asked for by its key, and what came of it: its place, or why it has none. */
export interface Sought {
  key: string;
  outcome: "asking" | "found" | "hidden" | "unknown";
  index: number;
}

export class TableStore<Row extends object> {
  query: Query = EVERYTHING;
  /** Whether the kernel lets us wait: it is busy with a cell. */
  waiting = false;
  /** Why the last question was refused. */
  error = "";
  choices: Choices | null = null;
  /** The columns that the user wants to see; null until he chooses. */
  columns: readonly string[] | null = null;
  sought: Sought | null = null;

  #own: TableState<Row>;
  #other: TableState<Row> | null = null; // in another order than the table's own, or narrowed
  #last: { own: TableState<Row>; query: Query; found: TableState<Row> };
  #stale = false; // what is shown answers an earlier query
  #asking = false;
  #range: [number, number] = [0, PAGE - 1];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Number.POSITIVE_INFINITY; // when it rings
  #listeners = new Set<() => void>();

  constructor(
    private readonly model: Model,
    readonly table: TableName,
    private readonly names: readonly string[],
    private readonly choosable: readonly string[],
  ) {
    this.#own = fromWindow(names, this.#window());
    this.#last = { own: this.#own, query: EVERYTHING, found: this.#own };
    this.#followed();
    model.onChange(`${table}_window`, () => this.#renewed());
    model.onChange(`${table}_changes`, () => this.#followed());
  }

  /** What there is to show. */
  get state(): TableState<Row> {
    if (isEverything(this.query)) return this.#own;
    return this.#local ? this.#answered() : (this.#other ?? this.#own);
  }

  #answered(): TableState<Row> {
    const { own, query } = this.#last;
    if (own !== this.#own || query !== this.query) {
      this.#last = { own: this.#own, query: this.query, found: answered(this.#own, this.query) };
    }
    return this.#last.found;
  }

  /** Whether what is shown is not (yet) what was asked for. */
  get stale(): boolean {
    const state = this.state;
    return this.#stale || state.latest > state.revision;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  ask(change: Partial<Query>): void {
    this.query = { ...this.query, ...change };
    this.sought = null;
    this.error = "";
    this.#range = [0, PAGE - 1];
    if (isEverything(this.query) || this.#local) this.#other = null;
    this.#stale = !isEverything(this.query) && !this.#local;
    this.#tell();
    this.#schedule(0);
  }

  choose(columns: readonly string[]): void {
    this.columns = columns;
    this.#tell();
  }

  /** Finds the row of a key among those that match; `is` tells it from the others. */
  async seek(key: string, is: (row: Row) => boolean): Promise<void> {
    const asking: Sought = { key, outcome: "asking", index: -1 };
    this.sought = asking;
    this.#tell();
    const found = (await this.#placeOf(key, is)) ?? null;
    if (this.sought !== asking) return; // something else is wanted by now
    this.sought = found === null ? null : { key, ...found };
    this.#tell();
  }

  async #placeOf(key: string, is: (row: Row) => boolean): Promise<Omit<Sought, "key"> | null> {
    const here = [...this.state.rows].find(([, row]) => is(row));
    if (here && !this.stale) return { outcome: "found", index: here[0] };
    if (this.#local) {
      return { outcome: [...this.#own.rows.values()].some(is) ? "hidden" : "unknown", index: -1 };
    }
    const answer = await this.#request<{ index: number | null; known: boolean }>("find", { ...this.query, key });
    if (answer === null) return null;
    if (answer.index !== null) return { outcome: "found", index: answer.index };
    return { outcome: answer.known ? "hidden" : "unknown", index: -1 };
  }

  /** The rows in sight, ends included: what is missing of them is asked for. */
  see(first: number, last: number): void {
    this.#range = [first, last];
    this.#schedule(0);
  }

  /** Finds out which values there are to choose from. */
  async loadChoices(): Promise<void> {
    if (this.#local) {
      this.choices = choicesIn(this.#own.rows.values(), this.choosable);
      this.#tell();
      return;
    }
    const answer = await this.#request<RowsAnswer>("rows", { ...EVERYTHING, offset: 0, limit: 0, choices: true });
    if (answer?.choices) this.choices = answer.choices;
    this.#tell();
  }

  /** Whether the page holds every row. */
  get #local(): boolean {
    const { rows, total, revision, latest } = this.#own;
    return rows.size === total && revision === latest;
  }

  #window(): WindowData {
    return this.model.get(`${this.table}_window`) as WindowData;
  }

  #renewed(): void {
    this.#own = fromWindow(this.names, this.#window());
    this.choices = null;
    this.#followed();
  }

  #followed(): void {
    const told = this.model.get(`${this.table}_changes`) as ChangesData;
    this.#own = withChanges(this.names, this.#own, told);
    if (this.#other) this.#other = outdated(this.#other, told);
    this.#tell();
    this.#schedule(RENEW_AFTER_MS);
  }

  /** What is to happen earlier already stays: changes that never cease must not put it off for ever. */
  #schedule(after: number): void {
    const due = Date.now() + after;
    if (due >= this.#due) return;
    this.#due = due;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#due = Number.POSITIVE_INFINITY;
      void this.#fill();
    }, after);
  }

  /** Asks for what is missing or out of date in sight, one question at a time. */
  async #fill(): Promise<void> {
    const wanted = this.#asking ? null : this.#wanted();
    if (wanted === null) return;
    const { query } = this;
    this.#asking = true;
    const [offset, last] = wanted;
    const answer = await this.#request<RowsAnswer>("rows", { ...query, offset, limit: last - offset + 1 });
    this.#asking = false;
    if (answer === null) return;
    if (query === this.query) this.#take(answer);
    this.#schedule(0);
  }

  #take(answer: RowsAnswer): void {
    if (isEverything(this.query)) this.#own = withAnswer(this.names, this.#own, answer);
    else {
      const blank = { revision: -1, latest: -1, total: 0, matching: 0, rows: new Map() };
      this.#other = withAnswer(this.names, this.#stale || this.#other === null ? blank : this.#other, answer);
      this.#stale = false;
    }
    this.#tell();
  }

  #wanted(): [number, number] | null {
    const [first, last] = this.#range;
    const begin = Math.max(0, first);
    if (this.stale) return [begin, Math.max(last, begin + PAGE - 1)];
    const gap = missing(this.state, first, last);
    if (gap === null) return null;
    const start = Math.floor(gap[0] / PAGE) * PAGE; // whole pages: the next ones in sight are there, too
    return [start, Math.ceil((gap[1] + 1) / PAGE) * PAGE - 1];
  }

  async #request<Answer>(action: "rows" | "find", payload: object): Promise<Answer | null> {
    const slow = {
      slowAfterMs: SLOW_AFTER_MS,
      onSlow: () => {
        this.waiting = true;
        this.#tell();
      },
    };
    const { error } = this;
    try {
      const answer = await this.model.request<Answer>(action, { table: this.table, ...payload }, slow);
      this.error = "";
      return answer;
    } catch (reason) {
      this.error = reason instanceof RequestError ? reason.message : String(reason);
      return null;
    } finally {
      if (this.waiting || this.error || error) {
        this.waiting = false;
        this.#tell();
      }
    }
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
