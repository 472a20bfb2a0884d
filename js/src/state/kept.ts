// What a user chose for a table, kept by the browser: it is there again after the cell was run or the page was loaded
// anew. Never what somebody typed. A browser may refuse to keep anything, and what is kept may be rubbish.
import { EVERYTHING, type Query } from "./tableQuery";

const MOST = 100; // columns, or values of one of them
const LONGEST = 300; // characters of one

type Kept = "localStorage" | "sessionStorage";

function read(where: Kept, key: string): unknown {
  try {
    return JSON.parse(globalThis[where].getItem(`clearml-sched-widgets:${key}`) ?? "null");
  } catch {
    return null;
  }
}

function write(where: Kept, key: string, value: unknown): void {
  try {
    if (value === null) globalThis[where].removeItem(`clearml-sched-widgets:${key}`);
    else globalThis[where].setItem(`clearml-sched-widgets:${key}`, JSON.stringify(value));
  } catch {
    return; // then it lives as long as the page
  }
}

const isText = (value: unknown): value is string => typeof value === "string" && value.length <= LONGEST;
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length <= MOST && value.every(isText);
const isTime = (value: unknown): value is number | null => value === null || Number.isFinite(value);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The columns that were chosen for a table, for all instances; null if none were. */
export function keptColumns(table: string): readonly string[] | null {
  const found = read("localStorage", `${table}:columns`);
  return isTexts(found) ? found : null;
}

export function keepColumns(table: string, columns: readonly string[] | null): void {
  write("localStorage", `${table}:columns`, columns);
}

/** Sort and filters of one instance's table, as long as this tab of the browser lives. `known`: the table's columns. */
export function keptQuery(table: string, instance: string, known: readonly string[]): Query {
  const found = read("sessionStorage", `${table}:${instance}`);
  if (!isObject(found)) return EVERYTHING;
  const { sort, values, period } = found;
  return { ...EVERYTHING, sort: sortOf(sort, known), values: valuesOf(values, known), period: periodOf(period, known) };
}

/** Keeps all but the search: nobody knows what may have been typed there. */
export function keepQuery(table: string, instance: string, { sort, values, period }: Query): void {
  const nothing = sort === null && period === null && Object.keys(values).length === 0;
  write("sessionStorage", `${table}:${instance}`, nothing ? null : { sort, values, period });
}

function sortOf(found: unknown, known: readonly string[]): Query["sort"] {
  if (!Array.isArray(found) || found.length !== 2) return null;
  const [column, descending] = found as unknown[];
  return isText(column) && known.includes(column) && typeof descending === "boolean" ? [column, descending] : null;
}

function valuesOf(found: unknown, known: readonly string[]): Query["values"] {
  if (!isObject(found)) return {};
  const good = Object.entries(found).filter(([name, each]) => known.includes(name) && isTexts(each) && each.length > 0);
  return Object.fromEntries(good) as Query["values"];
}

function periodOf(found: unknown, known: readonly string[]): Query["period"] {
  if (!isObject(found)) return null;
  const { column, start, end } = found;
  return isText(column) && known.includes(column) && isTime(start) && isTime(end) ? { column, start, end } : null;
}
