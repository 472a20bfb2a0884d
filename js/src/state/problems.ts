// Assigns problems to fields. Python names a field by its path, such as `schedules[2].recurrence.times[0]`.
import type { Problem } from "../messages/shared";

/** Whether the path is the field itself or something inside it. */
export function within(path: string, field: string): boolean {
  if (!path.startsWith(field)) return false;
  const next = path[field.length];
  return next === undefined || next === "." || next === "[";
}

/** The messages for one field, each once. */
export function messagesAt(problems: readonly Problem[], field: string): string[] {
  const found = problems.filter(({ path }) => within(path, field)).map(({ message }) => sentence(message));
  return [...new Set(found)];
}

/** The problems outside of the given fields, for the summary below the form. */
export function problemsOutside(problems: readonly Problem[], fields: ReadonlySet<string>): Problem[] {
  return problems.filter(({ path }) => ![...fields].some((field) => within(path, field)));
}

export function sentence(text: string): string {
  const trimmed = text.trim();
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?…]["”]?$/.test(capital) ? capital : `${capital}.`;
}
