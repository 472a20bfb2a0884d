// Which values of a list Python refuses, and why.
import type { Problem } from "../messages/shared";
import { sentence, within } from "./problems";
import { split } from "./toData";

export function isBadAt(problems: readonly Problem[], field: string, index: number): boolean {
  return problems.some(({ path }) => within(path, `${field}[${index}]`));
}

/**
 * The messages of a list, each with the values that it is about. While the last value is being typed, it is not
 * complained of yet.
 */
export function chipMessages(problems: readonly Problem[], field: string, text: string, typing: boolean): string[] {
  const values = split(text);
  const bad = new Map<string, string[]>();
  for (const { path, message } of problems) {
    if (!within(path, field)) continue;
    const index = Number(/^\[(\d+)\]/.exec(path.slice(field.length))?.[1] ?? -1);
    if (typing && index === values.length - 1) continue;
    const value = values[index];
    bad.set(message, [...(bad.get(message) ?? []), ...(value === undefined ? [] : [`“${value}”`])]);
  }
  return [...bad].map(([message, about]) =>
    about.length > 0 ? `${about.join(", ")}: ${sentence(message)}` : sentence(message),
  );
}
