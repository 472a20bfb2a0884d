// A list of values that is typed into one input: complete values are chips, the rest is still in the input. The draft
// keeps it as one text.
import { split } from "./toData";

export interface Chips {
  chips: string[];
  typing: string;
}

/** Splits a text of the draft into chips; its last value stays in the input while it is being typed. */
export function parseChips(text: string, typing: string): Chips {
  const parts = split(text);
  if (typing.trim() === "" || parts.at(-1) !== typing.trim()) return { chips: parts, typing: "" };
  return { chips: parts.slice(0, -1), typing };
}

/** Adds the values before a separator in the input as chips, each once. */
export function addTyped(chips: readonly string[], input: string, separators: RegExp): Chips {
  const parts = input.split(separators);
  const typing = parts.pop() ?? "";
  return { chips: distinct([...chips, ...parts.map((part) => part.trim())]), typing: typing.trimStart() };
}

/** Adds everything in the input as chips, when Enter is pressed or the input loses the focus. */
export function addAll(chips: readonly string[], input: string, separators: RegExp): Chips {
  return { chips: distinct([...chips, ...input.split(separators).map((part) => part.trim())]), typing: "" };
}

export function chipsText({ chips, typing }: Chips): string {
  return [...chips, typing.trim()].filter((part) => part !== "").join(", ");
}

function distinct(parts: readonly string[]): string[] {
  return [...new Set(parts.filter((part) => part !== ""))];
}
