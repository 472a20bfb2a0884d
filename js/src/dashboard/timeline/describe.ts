// Describes bars and marks in words, for tooltips and screen readers. Pure functions.
import { isolateDirection } from "../../state/bidi";
import { formatDuration, relativeTime } from "../../state/format";
import { type Bar, statusText } from "./bars";

/** `2026-12-01 06:20:05`, in UTC or in the browser's time zone. */
export function timestampText(at: number, utc: boolean): string {
  const shift = utc ? 0 : new Date(at).getTimezoneOffset() * 60_000;
  return new Date(at - shift).toISOString().slice(0, 19).replace("T", " ");
}

/** The facts about a bar as pairs of name and value. */
export function barFacts(bar: Bar, now: number, utc: boolean): [name: string, value: string][] {
  const end = bar.realEnd ?? bar.end;
  const facts: [string, string][] = [[bar.run ? "Launched" : "First launched", timestampText(bar.start, utc)]];
  if (bar.run && bar.began !== null) facts.push(["Began", timestampText(bar.began, utc)]);
  if (end !== null) facts.push([bar.run ? "Ended" : "Last ended", timestampText(end, utc)]);
  if (bar.run) facts.push(...durationFacts(bar, end, now));
  return facts;
}

function durationFacts(bar: Bar, end: number | null, now: number): [string, string][] {
  const until = end ?? now;
  if (bar.began === null) return end === null ? [["Waits for", formatDuration(until - bar.start)]] : [];
  const worked: [string, string] = [end === null ? "Runs for" : "Took", formatDuration(until - bar.began)];
  const waited = bar.began - bar.start;
  return waited >= 1000 ? [["Waited", formatDuration(waited)], worked] : [worked];
}

/** The bar and its facts in one sentence. */
export function barText(name: string, bar: Bar, now: number, utc: boolean): string {
  const facts = barFacts(bar, now, utc).map(([key, value]) => `${key.toLowerCase()} ${value}`);
  return `${isolateDirection(name)}, ${statusText(bar)}, ${facts.join(", ")}`;
}

export const markText = (at: number, now: number, utc: boolean) =>
  `${timestampText(at, utc)}, ${relativeTime(at, now)}`;
