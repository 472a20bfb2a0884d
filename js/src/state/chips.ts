// A list that is typed: complete parts are chips, the rest is still in the input. Kept in the draft as one text.
import { split } from "./toData";

export interface Chips {
  chips: string[];
  typing: string;
}

/** The chips of a text of the draft, of which the last part may still be being typed. */
export function chipsOf(text: string, typing: string): Chips {
  const parts = split(text);
  if (typing.trim() === "" || parts.at(-1) !== typing.trim()) return { chips: parts, typing: "" };
  return { chips: parts.slice(0, -1), typing };
}

/** What the input holds now: what stands before a separator becomes chips, each once. */
export function withTyped(chips: readonly string[], input: string, separators: RegExp): Chips {
  const parts = input.split(separators);
  const typing = parts.pop() ?? "";
  return { chips: distinct([...chips, ...parts.map((part) => part.trim())]), typing: typing.trimStart() };
}

/** The input was left, or Enter pressed: all that it holds becomes chips. */
export function withAll(chips: readonly string[], input: string, separators: RegExp): Chips {
  return { chips: distinct([...chips, ...input.split(separators).map((part) => part.trim())]), typing: "" };
}

export function asText({ chips, typing }: Chips): string {
  return [...chips, typing.trim()].filter((part) => part !== "").join(", ");
}

function distinct(parts: readonly string[]): string[] {
  return [...new Set(parts.filter((part) => part !== ""))];
}
