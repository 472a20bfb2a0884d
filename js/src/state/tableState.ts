// The rows of a table that this page holds, updated from the kernel's messages. Pure functions.
import type { Change, ChangesData, RowsAnswer, Values, WindowData } from "../messages/tables";

export interface TableState<Row> {
  /** The revision of `rows`. */
  revision: number;
  /** The newest revision that the page knows of; if it is later than `revision`, the rows are outdated. */
  latest: number;
  total: number;
  matching: number;
  /** By index. A missing row is requested when it becomes visible. */
  rows: ReadonlyMap<number, Row>;
}

const MAX_CACHED_ROWS = 2000; // rows in memory, around those that were requested last

function toRow<Row>(columns: readonly string[], values: Values): Row {
  return Object.fromEntries(columns.map((column, index) => [column, values[index]])) as Row;
}

export function fromWindow<Row>(columns: readonly string[], { revision, total, rows }: WindowData): TableState<Row> {
  const byIndex = new Map(rows.map((values, index) => [index, toRow<Row>(columns, values)] as const));
  return { revision, latest: revision, total, matching: total, rows: byIndex };
}

/** Applies the changes to a table in its default order. If some changes were missed, the rows are outdated. */
export function applyChanges<Row>(
  columns: readonly string[],
  state: TableState<Row>,
  update: ChangesData,
): TableState<Row> {
  if (update.revision <= state.revision) return state;
  if (update.since > state.revision) return markOutdated(state, update);
  let rows = state.rows;
  for (const [revision, index, change] of update.changes) {
    if (revision > state.revision) rows = applyChange(columns, rows, index, change);
  }
  const { revision, total } = update;
  return { revision, latest: Math.max(revision, state.latest), total, matching: total, rows };
}

/** For any other order: marks the rows as outdated, because the new rows must be requested. */
export function markOutdated<Row>(state: TableState<Row>, { revision, total }: ChangesData): TableState<Row> {
  return revision > state.latest ? { ...state, latest: revision, total } : state;
}

function applyChange<Row>(
  columns: readonly string[],
  rows: ReadonlyMap<number, Row>,
  index: number,
  change: Change[2],
): ReadonlyMap<number, Row> {
  if (Array.isArray(change)) {
    const shifted = [...rows].map(([at, row]) => [at >= index ? at + 1 : at, row] as const);
    return new Map([...shifted, [index, toRow<Row>(columns, change)]]);
  }
  const row = rows.get(index);
  return row === undefined ? rows : new Map(rows).set(index, { ...row, ...change });
}

/** Adds requested rows. Rows of a later revision replace all others; rows of an earlier one are dropped. */
export function applyAnswer<Row>(
  columns: readonly string[],
  state: TableState<Row>,
  answer: RowsAnswer,
): TableState<Row> {
  const { revision, total, matching, offset } = answer;
  if (revision < state.revision) return state;
  const fresh = answer.rows.map((values, index) => [offset + index, toRow<Row>(columns, values)] as const);
  const known = revision === state.revision ? [...state.rows] : [];
  const near = known.filter(([index]) => Math.abs(index - offset) < MAX_CACHED_ROWS / 2);
  return { revision, latest: Math.max(revision, state.latest), total, matching, rows: new Map([...near, ...fresh]) };
}

/** The part of a range (both ends included) that is not loaded; null if it is complete. */
export function missingRange<Row>(state: TableState<Row>, first: number, last: number): [number, number] | null {
  const end = Math.min(last, state.matching - 1);
  let from = Math.max(0, first);
  while (from <= end && state.rows.has(from)) from++;
  let to = end;
  while (to >= from && state.rows.has(to)) to--;
  return from <= to ? [from, to] : null;
}
