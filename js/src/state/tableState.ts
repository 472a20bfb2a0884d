// The rows of a table that this page holds: pure functions from what the kernel tells to what there is to show.
import type { Change, ChangesData, RowsAnswer, Values, WindowData } from "../messages/tables";

export interface TableState<Row> {
  /** The revision that `rows` are of. */
  revision: number;
  /** The newest one that the page has heard of; if it is later, the rows are out of date. */
  latest: number;
  total: number;
  matching: number;
  /** By index. What is missing is asked for when it comes into sight. */
  rows: ReadonlyMap<number, Row>;
}

const KEPT = 2000; // rows in memory, those around what was asked for last

function toRow<Row>(columns: readonly string[], values: Values): Row {
  return Object.fromEntries(columns.map((column, index) => [column, values[index]])) as Row;
}

export function fromWindow<Row>(columns: readonly string[], { revision, total, rows }: WindowData): TableState<Row> {
  const found = new Map(rows.map((values, index) => [index, toRow<Row>(columns, values)] as const));
  return { revision, latest: revision, total, matching: total, rows: found };
}

/** For the table's own order: applies the changes; without those in between, the rows are out of date. */
export function withChanges<Row>(
  columns: readonly string[],
  state: TableState<Row>,
  told: ChangesData,
): TableState<Row> {
  if (told.revision <= state.revision) return state;
  if (told.since > state.revision) return outdated(state, told);
  let rows = state.rows;
  for (const [revision, index, change] of told.changes) {
    if (revision > state.revision) rows = changed(columns, rows, index, change);
  }
  const { revision, total } = told;
  return { revision, latest: Math.max(revision, state.latest), total, matching: total, rows };
}

/** For any other order: there are newer rows, and which they are must be asked. */
export function outdated<Row>(state: TableState<Row>, { revision, total }: ChangesData): TableState<Row> {
  return revision > state.latest ? { ...state, latest: revision, total } : state;
}

function changed<Row>(
  columns: readonly string[],
  rows: ReadonlyMap<number, Row>,
  index: number,
  change: Change[2],
): ReadonlyMap<number, Row> {
  if (Array.isArray(change)) {
    const moved = [...rows].map(([place, row]) => [place >= index ? place + 1 : place, row] as const);
    return new Map([...moved, [index, toRow<Row>(columns, change)]]);
  }
  const row = rows.get(index);
  return row === undefined ? rows : new Map(rows).set(index, { ...row, ...change });
}

/** Rows of a later revision take the place of all others; those of an earlier one are of no use any more. */
export function withAnswer<Row>(
  columns: readonly string[],
  state: TableState<Row>,
  answer: RowsAnswer,
): TableState<Row> {
  const { revision, total, matching, offset } = answer;
  if (revision < state.revision) return state;
  const fresh = answer.rows.map((values, index) => [offset + index, toRow<Row>(columns, values)] as const);
  const known = revision === state.revision ? [...state.rows] : [];
  const near = known.filter(([index]) => Math.abs(index - offset) < KEPT / 2);
  return { revision, latest: Math.max(revision, state.latest), total, matching, rows: new Map([...near, ...fresh]) };
}

/** The part of a range, ends included, that has to be asked for; null if every row of it is there. */
export function missing<Row>(state: TableState<Row>, first: number, last: number): [number, number] | null {
  const end = Math.min(last, state.matching - 1);
  let from = Math.max(0, first);
  while (from <= end && state.rows.has(from)) from++;
  let to = end;
  while (to >= from && state.rows.has(to)) to--;
  return from <= to ? [from, to] : null;
}
