// The overrides of a base task's hyperparameters. The draft only keeps values that differ from the base task's.
import type { Parameter } from "../messages/wizard";
import type { ParameterRow } from "./draft";

type Control = "choice" | "number" | "text" | "long";

const BOOLEANS = /^(true|false)$/i;

/** The kind of input for a value. A value that does not fit its type, such as `${task.id}`, is edited as text. */
export function controlOf(base: Parameter, value: string): Control {
  if (base.type === "bool" && BOOLEANS.test(value)) return "choice";
  if (base.type === "int" || base.type === "float") return "number";
  return base.length > base.value.length || /\n/.test(value) || value.length > 200 ? "long" : "text";
}

/** The texts for true and false, in the base task's spelling. */
export function booleanTexts(base: Parameter): readonly [string, string] {
  return /^[TF]/.test(base.value) || base.value === "" ? ["True", "False"] : ["true", "false"];
}

/** The override of a parameter, if any; if a name is repeated, its last row counts. */
export function findOverride(rows: readonly ParameterRow[], name: string): ParameterRow | undefined {
  return rows.filter((row) => row.name.trim() === name).at(-1);
}

/** The rows with the override of a parameter set, or removed if the value is the base task's. */
export function setOverride(rows: readonly ParameterRow[], base: Parameter, value: string): ParameterRow[] {
  const known = findOverride(rows, base.name);
  if (value === base.value) return rows.filter((row) => row !== known);
  if (known === undefined) return [...rows, { name: base.name, value }];
  return rows.map((row) => (row === known ? { ...row, value } : row));
}

/** The indexes of rows whose name is edited by hand: rows added in the form, and names that the base task lacks. */
export function freeRowIndexes(rows: readonly ParameterRow[], bases: readonly Parameter[]): number[] {
  const names = new Set(bases.map(({ name }) => name));
  return rows.flatMap((row, index) => (row.custom || !names.has(row.name.trim()) ? [index] : []));
}

/** The base task's parameters whose name or value contains the text; with `changedOnly`, only overridden ones. */
export function shownParameters(
  bases: readonly Parameter[],
  rows: readonly ParameterRow[],
  text: string,
  changedOnly: boolean,
): Parameter[] {
  const free = new Set(freeRowIndexes(rows, bases).map((index) => rows[index]?.name.trim()));
  const wanted = text.trim().toLowerCase();
  return bases.filter(({ name, value }) => {
    if (free.has(name)) return false;
    const override = findOverride(rows, name);
    if (changedOnly && override === undefined) return false;
    return [name, override?.value ?? value].some((each) => each.toLowerCase().includes(wanted));
  });
}

/** Names that several rows have. */
export function repeatedNames(rows: readonly ParameterRow[]): ReadonlySet<string> {
  const names = rows.map((row) => row.name.trim()).filter((name) => name !== "");
  return new Set(names.filter((name, index) => names.indexOf(name) !== index));
}

/** The path of a key in a mapping, in Python's notation. */
export function keyPath(path: string, key: string): string {
  const escaped = key.replaceAll("\\", "\\\\");
  const quote = escaped.includes("'") && !escaped.includes('"') ? '"' : "'";
  return `${path}[${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}]`;
}

/** The variables that an item's values may contain. */
export function variablesFor(entity: string | null): string[] {
  const own = ["id", "name", "project", "status", "tags"].map((name) => `${entity}.${name}`);
  const names = entity === null ? ["scheduled"] : [...own, "trigger.name", "scheduled"];
  return names.map((name) => `\${${name}}`);
}
