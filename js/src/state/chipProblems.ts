// The values of a list that Python refuses, with its messages.
import type { Problem } from "../messages/shared";
import { sentence, within } from "./problems";
import { split } from "./toData";

export function isInvalidAt(problems: readonly Problem[], field: string, index: number): boolean {
  return problems.some(({ path }) => within(path, `${field}[${index}]`));
}

/**
 * The messages about a list, each with the values that it is about. The value that is being typed is not reported yet.
 */
export function chipMessages(problems: readonly Problem[], field: string, text: string, typing: boolean): string[] {
  const values = split(text);
  const valuesByMessage = new Map<string, string[]>();
  for (const { path, message } of problems) {
    if (!within(path, field)) continue;
    const index = Number(/^\[(\d+)\]/.exec(path.slice(field.length))?.[1] ?? -1);
    if (typing && index === values.length - 1) continue;
    const value = values[index];
    valuesByMessage.set(message, [
      ...(valuesByMessage.get(message) ?? []),
      ...(value === undefined ? [] : [`“${value}”`]),
    ]);
  }
  return [...valuesByMessage].map(([message, about]) =>
    about.length > 0 ? `${about.join(", ")}: ${sentence(message)}` : sentence(message),
  );
}
