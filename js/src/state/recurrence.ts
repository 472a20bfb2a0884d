// What the recurrence editor does to the texts of a rule: lists of days and months, and lengths of time.
import { split } from "./toData";

export const ORDINALS = ["first", "second", "third", "fourth", "last"] as const;

/** The days of the week that a button chooses at once. */
export const WEEKDAY_SETS: readonly (readonly [label: string, days: readonly string[]])[] = [
  ["Weekdays", ["monday", "tuesday", "wednesday", "thursday", "friday"]],
  ["Weekend", ["saturday", "sunday"]],
  ["Every day", ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]],
];

export const sameDays = (some: readonly string[], others: readonly string[]) =>
  some.length === others.length && some.every((day) => others.includes(day));

/** What a list of days of the month names: cells of the grid, and all else as it was written. */
export function monthDays(text: string): { cells: Set<string>; others: string[] } {
  const parts = split(text.toLowerCase());
  return { cells: new Set(parts.filter(isCell)), others: parts.filter((part) => !isCell(part)) };
}

const isCell = (part: string) => part === "last" || (/^([1-9]|[12]\d|3[01])$/.test(part) && Number(part) <= 31);

/** The list with the entry put in or taken out: numbers in order, then weekdays, then the last day. */
export function toggledDay(text: string, day: string): string {
  const parts = split(text.toLowerCase());
  return sorted(parts.includes(day) ? parts.filter((part) => part !== day) : [...parts, day]).join(", ");
}

function sorted(parts: readonly string[]): string[] {
  const place = (part: string) => (/^\d+$/.test(part) ? Number(part) : part === "last" ? 1000 : 100);
  return [...parts].sort((a, b) => place(a) - place(b));
}

/** The months of a list, as texts of their numbers; all of them are none chosen. */
export function toggledMonths(text: string, months: readonly string[]): string {
  const unknown = split(text).filter((part) => !/^([1-9]|1[0-2])$/.test(part));
  return months.length === 12 ? unknown.join(", ") : [...months, ...unknown].join(", ");
}

/** `15m` -> 15 and m; what ends in no unit is a number still without one. */
export function lengthOf(text: string): { amount: string; unit: string } {
  const found = /^(.*?)\s*([smhdw])\s*$/s.exec(text);
  return { amount: (found?.[1] ?? text).trim(), unit: found?.[2] ?? "" };
}

/** The length that the amount and the unit make; an amount that was typed with its unit keeps it. */
export function lengthText(amount: string, unit: string): string {
  const typed = amount.trim();
  return typed === "" || /[smhdw]$/.test(typed) ? typed : `${typed}${unit}`;
}
