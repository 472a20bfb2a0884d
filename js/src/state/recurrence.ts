// Edits the texts of a recurrence: lists of days and months, and durations.
import { WEEKDAYS } from "./draft";
import { split } from "./toData";

export const ORDINALS = ["first", "second", "third", "fourth", "last"] as const;

/** Sets of weekdays that one button selects. */
export const WEEKDAY_SETS: readonly (readonly [label: string, days: readonly string[]])[] = [
  ["Weekdays", WEEKDAYS.slice(0, 5)],
  ["Weekend", WEEKDAYS.slice(5)],
  ["Every day", WEEKDAYS],
];

export const sameDays = (some: readonly string[], others: readonly string[]) =>
  some.length === others.length && some.every((day) => others.includes(day));

/** Splits a list of days of the month into days of the grid and other entries, which stay as written. */
export function parseMonthDays(text: string): { cells: Set<string>; others: string[] } {
  const parts = split(text.toLowerCase());
  return { cells: new Set(parts.filter(isGridDay)), others: parts.filter((part) => !isGridDay(part)) };
}

const isGridDay = (part: string) => part === "last" || (/^([1-9]|[12]\d|3[01])$/.test(part) && Number(part) <= 31);

/** The list with an entry added or removed, in this order: numbers, weekdays, last day. */
export function toggleDay(text: string, day: string): string {
  const parts = split(text.toLowerCase());
  return sortDays(parts.includes(day) ? parts.filter((part) => part !== day) : [...parts, day]).join(", ");
}

function sortDays(parts: readonly string[]): string[] {
  const rank = (part: string) => (/^\d+$/.test(part) ? Number(part) : part === "last" ? 1000 : 100);
  return [...parts].sort((a, b) => rank(a) - rank(b));
}

/** The list of selected months as text; selecting all twelve gives an empty list, which means every month. */
export function monthsText(text: string, months: readonly string[]): string {
  const unknown = split(text).filter((part) => !/^([1-9]|1[0-2])$/.test(part));
  return months.length === 12 ? unknown.join(", ") : [...months, ...unknown].join(", ");
}

/** Splits `15m` into 15 and m; without a unit, the whole text is the amount. */
export function parseDuration(text: string): { amount: string; unit: string } {
  const match = /^(.*?)\s*([smhdw])\s*$/s.exec(text);
  return { amount: (match?.[1] ?? text).trim(), unit: match?.[2] ?? "" };
}

/** The duration of an amount and a unit; a unit that was typed with the amount is kept. */
export function durationText(amount: string, unit: string): string {
  const typed = amount.trim();
  return typed === "" || /[smhdw]$/.test(typed) ? typed : `${typed}${unit}`;
}
