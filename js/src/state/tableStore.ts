// One table of a view: the rows and changes that the kernel sends, and the rows that are requested as they become
// visible.
import type { DashboardTraits } from "../messages/dashboard";
import type { ChangesData, Choices, RowsAnswer, WindowData } from "../messages/tables";
import { RequestError, type ViewModel } from "../model";
import { applyQuery, countChoices, DEFAULT_QUERY, isDefaultQuery, type Query } from "./tableQuery";
import { applyAnswer, applyChanges, fromWindow, markOutdated, missingRange, type TableState } from "./tableState";

export type TableName = "executed" | "scheduled";
type Model = Pick<ViewModel<DashboardTraits>, "get" | "onChange" | "request">;

const PAGE_ROWS = 100; // smallest number of rows per request
const REFRESH_AFTER_MS = 300; // a burst of changes leads to one request
const SLOW_AFTER_MS = 700;

/**
 * The search for a row by its key. `index` is its position if it was found; `hidden` means that the query excludes it.
 */
export interface RowLookup {
  key: string;
  outcome: "asking" | "found" | "hidden" | "unknown";
  index: number;
}

export class TableStore<Row extends object> {
  query: Query = DEFAULT_QUERY;
  /** Whether the kernel is busy with a cell and has not answered yet. */
  waiting = false;
  /** Why the last request was refused; empty if it was not. */
  error = "";
  choices: Choices | null = null;
  /** The columns that the user chose; null for the default ones. */
  columns: readonly string[] | null = null;
  lookup: RowLookup | null = null;

  #unqueried: TableState<Row>;
  #queried: TableState<Row> | null = null; // the rows of a query that is not the default one
  #localAnswer: { state: TableState<Row>; query: Query; found: TableState<Row> };
  #stale = false; // true while the rows belong to an earlier query
  #requesting = false;
  #visibleRange: [number, number] = [0, PAGE_ROWS - 1];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerDue = Number.POSITIVE_INFINITY; // the time at which `#timer` fires
  #listeners = new Set<() => void>();

  constructor(
    private readonly model: Model,
    readonly table: TableName,
    private readonly names: readonly string[],
    private readonly choosable: readonly string[],
  ) {
    this.#unqueried = fromWindow(names, this.#window());
    this.#localAnswer = { state: this.#unqueried, query: DEFAULT_QUERY, found: this.#unqueried };
    this.#applyChanges();
    model.onChange(`${table}_window`, () => this.#applyWindow());
    model.onChange(`${table}_changes`, () => this.#applyChanges());
  }

  /** The rows to show. */
  get state(): TableState<Row> {
    if (isDefaultQuery(this.query)) return this.#unqueried;
    return this.#hasAllRows ? this.#answerLocally() : (this.#queried ?? this.#unqueried);
  }

  #answerLocally(): TableState<Row> {
    const { state, query } = this.#localAnswer;
    if (state !== this.#unqueried || query !== this.query) {
      this.#localAnswer = { state: this.#unqueried, query: this.query, found: applyQuery(this.#unqueried, this.query) };
    }
    return this.#localAnswer.found;
  }

  /** Whether the shown rows are outdated or belong to an earlier query. */
  get stale(): boolean {
    const state = this.state;
    return this.#stale || state.latest > state.revision;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setQuery(change: Partial<Query>): void {
    this.query = { ...this.query, ...change };
    this.lookup = null;
    this.error = "";
    this.#visibleRange = [0, PAGE_ROWS - 1];
    if (isDefaultQuery(this.query) || this.#hasAllRows) this.#queried = null;
    this.#stale = !isDefaultQuery(this.query) && !this.#hasAllRows;
    this.#notify();
    this.#schedule(0);
  }

  setColumns(columns: readonly string[]): void {
    this.columns = columns;
    this.#notify();
  }

  /** Finds the row of a key among the matching rows; `matches` recognises it. */
  async findRow(key: string, matches: (row: Row) => boolean): Promise<void> {
    const pending: RowLookup = { key, outcome: "asking", index: -1 };
    this.lookup = pending;
    this.#notify();
    const found = (await this.#locate(key, matches)) ?? null;
    if (this.lookup !== pending) return; // another row was looked up meanwhile
    this.lookup = found === null ? null : { key, ...found };
    this.#notify();
  }

  async #locate(key: string, matches: (row: Row) => boolean): Promise<Omit<RowLookup, "key"> | null> {
    const held = [...this.state.rows].find(([, row]) => matches(row));
    if (held && !this.stale) return { outcome: "found", index: held[0] };
    if (this.#hasAllRows) {
      return { outcome: [...this.#unqueried.rows.values()].some(matches) ? "hidden" : "unknown", index: -1 };
    }
    const answer = await this.#request<{ index: number | null; known: boolean }>("find", { ...this.query, key });
    if (answer === null) return null;
    if (answer.index !== null) return { outcome: "found", index: answer.index };
    return { outcome: answer.known ? "hidden" : "unknown", index: -1 };
  }

  /** Sets the visible rows, both ends included; those that are missing are requested. */
  setVisible(first: number, last: number): void {
    this.#visibleRange = [first, last];
    this.#schedule(0);
  }

  /** Loads the values that the filters offer. */
  async loadChoices(): Promise<void> {
    if (this.#hasAllRows) {
      this.choices = countChoices(this.#unqueried.rows.values(), this.choosable);
      this.#notify();
      return;
    }
    const answer = await this.#request<RowsAnswer>("rows", { ...DEFAULT_QUERY, offset: 0, limit: 0, choices: true });
    if (answer?.choices) this.choices = answer.choices;
    this.#notify();
  }

  /** Whether the page holds every row and they are up to date. */
  get #hasAllRows(): boolean {
    const { rows, total, revision, latest } = this.#unqueried;
    return rows.size === total && revision === latest;
  }

  #window(): WindowData {
    return this.model.get(`${this.table}_window`) as WindowData;
  }

  #applyWindow(): void {
    this.#unqueried = fromWindow(this.names, this.#window());
    this.choices = null;
    this.#applyChanges();
  }

  #applyChanges(): void {
    const update = this.model.get(`${this.table}_changes`) as ChangesData;
    this.#unqueried = applyChanges(this.names, this.#unqueried, update);
    if (this.#queried) this.#queried = markOutdated(this.#queried, update);
    this.#notify();
    this.#schedule(REFRESH_AFTER_MS);
  }

  /**
   * Schedules `#fetchRows`. An earlier due time is kept, so that constant changes cannot postpone the request forever.
   */
  #schedule(after: number): void {
    const due = Date.now() + after;
    if (due >= this.#timerDue) return;
    this.#timerDue = due;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timerDue = Number.POSITIVE_INFINITY;
      void this.#fetchRows();
    }, after);
  }

  /** Requests the visible rows that are missing or outdated, one request at a time. */
  async #fetchRows(): Promise<void> {
    const range = this.#requesting ? null : this.#rangeToFetch();
    if (range === null) return;
    const { query } = this;
    this.#requesting = true;
    const [offset, last] = range;
    const answer = await this.#request<RowsAnswer>("rows", { ...query, offset, limit: last - offset + 1 });
    this.#requesting = false;
    if (answer === null) return;
    if (query === this.query) this.#applyAnswer(answer);
    this.#schedule(0);
  }

  #applyAnswer(answer: RowsAnswer): void {
    if (isDefaultQuery(this.query)) this.#unqueried = applyAnswer(this.names, this.#unqueried, answer);
    else {
      const blank = { revision: -1, latest: -1, total: 0, matching: 0, rows: new Map() };
      this.#queried = applyAnswer(this.names, this.#stale || this.#queried === null ? blank : this.#queried, answer);
      this.#stale = false;
    }
    this.#notify();
  }

  #rangeToFetch(): [number, number] | null {
    const [first, last] = this.#visibleRange;
    const begin = Math.max(0, first);
    if (this.stale) return [begin, Math.max(last, begin + PAGE_ROWS - 1)];
    const gap = missingRange(this.state, first, last);
    if (gap === null) return null;
    const start = Math.floor(gap[0] / PAGE_ROWS) * PAGE_ROWS; // whole pages, so that the next rows are loaded too
    return [start, Math.ceil((gap[1] + 1) / PAGE_ROWS) * PAGE_ROWS - 1];
  }

  async #request<Answer>(action: "rows" | "find", payload: object): Promise<Answer | null> {
    const slow = {
      slowAfterMs: SLOW_AFTER_MS,
      onSlow: () => {
        this.waiting = true;
        this.#notify();
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
        this.#notify();
      }
    }
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
