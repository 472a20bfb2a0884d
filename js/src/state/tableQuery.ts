// Sort, search and filters of a table. A page that holds all rows applies them itself, also while a cell runs;
// clearml_sched_widgets/widgets/dashboard/table_query.py does the same for other pages.
import type { Choices } from "../messages/tables";
import type { TableState } from "./tableState";

export interface Query {
  sort: readonly [column: string, descending: boolean] | null;
  search: string;
  /** Per column, the accepted values. */
  values: Readonly<Record<string, readonly string[]>>;
  period: { column: string; start: number | null; end: number | null } | null;
}

/** The table's default order, without search or filters. */
export const DEFAULT_QUERY: Query = { sort: null, search: "", values: {}, period: null };

export function isFiltered(query: Query): boolean {
  const { search, values, period } = query;
  return search.trim() !== "" || Object.keys(values).length > 0 || period !== null;
}

export const isDefaultQuery = (query: Query) => query.sort === null && !isFiltered(query);

type Cells = Readonly<Record<string, unknown>>;

/** Applies a query to a table of which all rows are loaded. */
export function applyQuery<Row extends object>(state: TableState<Row>, query: Query): TableState<Row> {
  const all = Array.from({ length: state.total }, (_, index) => state.rows.get(index)).filter(
    (row) => row !== undefined,
  );
  const matching = sortRows(
    all.filter((row) => matches(row as Cells, query)),
    query.sort,
  );
  return { ...state, matching: matching.length, rows: new Map(matching.entries()) };
}

function matches(row: Cells, { search, values, period }: Query): boolean {
  const text = search.trim().toLowerCase();
  if (text && !Object.values(row).some((cell) => typeof cell === "string" && cell.toLowerCase().includes(text))) {
    return false;
  }
  if (!Object.entries(values).every(([column, wanted]) => wanted.includes(String(row[column])))) return false;
  if (period === null) return true;
  const at = row[period.column];
  if (typeof at !== "number") return false;
  return (period.start === null || at >= period.start) && (period.end === null || at < period.end);
}

const isBlank = (value: unknown) => value === null || value === "";

/** Rows without a value come last, in either direction. */
function sortRows<Row extends object>(rows: Row[], sort: Query["sort"]): Row[] {
  if (sort === null) return rows;
  const [column, descending] = sort;
  const key = (row: Row) => {
    const value = (row as Cells)[column];
    return typeof value === "string" ? value.toLowerCase() : (value as number);
  };
  const sign = descending ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [key(one), key(other)];
    if (isBlank(a) || isBlank(b)) return Number(isBlank(a)) - Number(isBlank(b));
    return a < b ? -sign : a > b ? sign : 0;
  });
}

/** The values of some columns with their numbers of rows, the most frequent first. */
export function countChoices<Row extends object>(rows: Iterable<Row>, columns: readonly string[]): Choices {
  const all = [...rows] as Cells[];
  return Object.fromEntries(columns.map((column) => [column, countValues(all.map((row) => String(row[column])))]));
}

function countValues(values: string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1]);
}
