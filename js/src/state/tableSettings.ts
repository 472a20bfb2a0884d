// Saves the user's columns, sort and filters of a table in the browser; typed search texts are never saved. Storage may
// be denied, and stored values may be invalid.
import { DEFAULT_QUERY, type Query } from "./tableQuery";

const MAX_ENTRIES = 100; // columns, or values of one column
const MAX_TEXT_LENGTH = 300; // characters of one value

type StorageName = "localStorage" | "sessionStorage";

function readJson(storage: StorageName, key: string): unknown {
  try {
    return JSON.parse(globalThis[storage].getItem(`clearml-sched-widgets:${key}`) ?? "null");
  } catch {
    return null;
  }
}

function writeJson(storage: StorageName, key: string, value: unknown): void {
  try {
    if (value === null) globalThis[storage].removeItem(`clearml-sched-widgets:${key}`);
    else globalThis[storage].setItem(`clearml-sched-widgets:${key}`, JSON.stringify(value));
  } catch {
    return; // without storage, the setting lasts as long as the page
  }
}

const isText = (value: unknown): value is string => typeof value === "string" && value.length <= MAX_TEXT_LENGTH;
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length <= MAX_ENTRIES && value.every(isText);
const isTime = (value: unknown): value is number | null => value === null || Number.isFinite(value);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The saved columns of a table, which all instances share; null if there are none. */
export function loadColumns(table: string): readonly string[] | null {
  const stored = readJson("localStorage", `${table}:columns`);
  return isTexts(stored) ? stored : null;
}

export function saveColumns(table: string, columns: readonly string[] | null): void {
  writeJson("localStorage", `${table}:columns`, columns);
}

/**
 * The saved sort and filters of one instance's table; they last as long as the browser tab. `knownColumns`: the table's
 * columns.
 */
export function loadQuery(table: string, instance: string, knownColumns: readonly string[]): Query {
  const stored = readJson("sessionStorage", `${table}:${instance}`);
  if (!isObject(stored)) return DEFAULT_QUERY;
  const { sort, values, period } = stored;
  return {
    ...DEFAULT_QUERY,
    sort: parseSort(sort, knownColumns),
    values: parseValues(values, knownColumns),
    period: parsePeriod(period, knownColumns),
  };
}

/** Saves sort and filters, but not the search text, which may be confidential. */
export function saveQuery(table: string, instance: string, { sort, values, period }: Query): void {
  const isDefault = sort === null && period === null && Object.keys(values).length === 0;
  writeJson("sessionStorage", `${table}:${instance}`, isDefault ? null : { sort, values, period });
}

function parseSort(stored: unknown, knownColumns: readonly string[]): Query["sort"] {
  if (!Array.isArray(stored) || stored.length !== 2) return null;
  const [column, descending] = stored as unknown[];
  return isText(column) && knownColumns.includes(column) && typeof descending === "boolean"
    ? [column, descending]
    : null;
}

function parseValues(stored: unknown, knownColumns: readonly string[]): Query["values"] {
  if (!isObject(stored)) return {};
  const valid = Object.entries(stored).filter(
    ([name, each]) => knownColumns.includes(name) && isTexts(each) && each.length > 0,
  );
  return Object.fromEntries(valid) as Query["values"];
}

function parsePeriod(stored: unknown, knownColumns: readonly string[]): Query["period"] {
  if (!isObject(stored)) return null;
  const { column, start, end } = stored;
  return isText(column) && knownColumns.includes(column) && isTime(start) && isTime(end)
    ? { column, start, end }
    : null;
}
