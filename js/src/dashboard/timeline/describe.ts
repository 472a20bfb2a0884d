// A bar in words: for the tooltip and for screen readers. Pure.
import { isolated } from "../../state/bidi";
import { duration, relative } from "../../state/format";
import { type Bar, statusText } from "./bars";

/** `2026-12-01 06:20:05`, on the clock that the page shows. */
export function moment(at: number, utc: boolean): string {
  const shift = utc ? 0 : new Date(at).getTimezoneOffset() * 60_000;
  return new Date(at - shift).toISOString().slice(0, 19).replace("T", " ");
}

/** What is known of a bar, as pairs of a name and a value. */
export function barFacts(bar: Bar, now: number, utc: boolean): [name: string, value: string][] {
  const end = bar.ended ?? bar.end;
  const facts: [string, string][] = [[bar.run ? "Launched" : "First launched", moment(bar.start, utc)]];
  if (bar.run && bar.began !== null) facts.push(["Began", moment(bar.began, utc)]);
  if (end !== null) facts.push([bar.run ? "Ended" : "Last ended", moment(end, utc)]);
  if (bar.run) facts.push(...lengths(bar, end, now));
  return facts;
}

function lengths(bar: Bar, end: number | null, now: number): [string, string][] {
  const until = end ?? now;
  if (bar.began === null) return end === null ? [["Waits for", duration(until - bar.start)]] : [];
  const worked: [string, string] = [end === null ? "Runs for" : "Took", duration(until - bar.began)];
  const waited = bar.began - bar.start;
  return waited >= 1000 ? [["Waited", duration(waited)], worked] : [worked];
}

/** All of it in one sentence. */
export function barText(name: string, bar: Bar, now: number, utc: boolean): string {
  const facts = barFacts(bar, now, utc).map(([key, value]) => `${key.toLowerCase()} ${value}`);
  return `${isolated(name)}, ${statusText(bar)}, ${facts.join(", ")}`;
}

export const markText = (at: number, now: number, utc: boolean) => `${moment(at, utc)}, ${relative(at, now)}`;
