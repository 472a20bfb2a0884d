// What of a base task's hyperparameters is overridden. Only what differs from the base is kept in the draft.
import type { Parameter } from "../messages/wizard";
import type { ParameterRow } from "./draft";

type Control = "choice" | "number" | "text" | "long";

const BOOLEANS = /^(true|false)$/i;

/** What to edit a value with. A value that does not fit its type, such as `${task.id}`, stays editable as text. */
export function controlOf(base: Parameter, value: string): Control {
  if (base.type === "bool" && BOOLEANS.test(value)) return "choice";
  if (base.type === "int" || base.type === "float") return "number";
  return base.length > base.value.length || /\n/.test(value) || value.length > 200 ? "long" : "text";
}

/** Both truth values, written as the base task writes them. */
export function truths(base: Parameter): readonly [string, string] {
  return /^[TF]/.test(base.value) || base.value === "" ? ["True", "False"] : ["true", "false"];
}

/** The override of a parameter, if there is one; of a name that stands twice the last counts. */
export function overrideOf(rows: readonly ParameterRow[], name: string): ParameterRow | undefined {
  return rows.filter((row) => row.name.trim() === name).at(-1);
}

/** The rows with that value for a parameter of the base: none if it is the base's own. */
export function withValue(rows: readonly ParameterRow[], base: Parameter, value: string): ParameterRow[] {
  const known = overrideOf(rows, base.name);
  if (value === base.value) return rows.filter((row) => row !== known);
  if (known === undefined) return [...rows, { name: base.name, value }];
  return rows.map((row) => (row === known ? { ...row, value } : row));
}

/** The places of the rows that are edited by hand: those added in the form, and those that the base does not have. */
export function freeRows(rows: readonly ParameterRow[], bases: readonly Parameter[]): number[] {
  const names = new Set(bases.map(({ name }) => name));
  return rows.flatMap((row, index) => (row.own || !names.has(row.name.trim()) ? [index] : []));
}

/** The base's parameters to show: those that hold the text in their name or value, or only those overridden. */
export function shownParameters(
  bases: readonly Parameter[],
  rows: readonly ParameterRow[],
  text: string,
  changedOnly: boolean,
): Parameter[] {
  const free = new Set(freeRows(rows, bases).map((index) => rows[index]?.name.trim()));
  const wanted = text.trim().toLowerCase();
  return bases.filter(({ name, value }) => {
    if (free.has(name)) return false;
    const override = overrideOf(rows, name);
    if (changedOnly && override === undefined) return false;
    return [name, override?.value ?? value].some((each) => each.toLowerCase().includes(wanted));
  });
}

/** Names that stand in several rows. */
export function repeated(rows: readonly ParameterRow[]): ReadonlySet<string> {
  const names = rows.map((row) => row.name.trim()).filter((name) => name !== "");
  return new Set(names.filter((name, index) => names.indexOf(name) !== index));
}

/** The path of one key of a mapping, as Python writes it. */
export function keyPath(path: string, key: string): string {
  const escaped = key.replaceAll("\\", "\\\\");
  const quote = escaped.includes("'") && !escaped.includes('"') ? '"' : "'";
  return `${path}[${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}]`;
}

/** What `${…}` may stand for in an item's values. */
export function variablesFor(entity: string | null): string[] {
  const own = ["id", "name", "project", "status", "tags"].map((name) => `${entity}.${name}`);
  const names = entity === null ? ["scheduled"] : [...own, "trigger.name", "scheduled"];
  return names.map((name) => `\${${name}}`);
}
