// Formats times, durations and names for display. `now` and the time zone are arguments, so that tests need no clock.
import type { Sentence } from "../messages/dashboard";
import { isolateDirection } from "./bidi";
import { MONTHS } from "./calendar";

const pad = (value: number) => String(value).padStart(2, "0");

/**
 * `14:03:05` today, else `1 Dec, 06:20`; with the year if it is another one and more than half a year away. In the
 * browser's time zone, or in UTC.
 */
export function formatTime(at: number | null, now: number, inUtc = false): string {
  if (at === null) return "–";
  const [date, today] = [wallClock(at, inUtc), wallClock(now, inUtc)];
  const time = `${pad(date.hours)}:${pad(date.minutes)}`;
  if (date.year !== today.year && Math.abs(at - now) > HALF_YEAR_MS) return `${date.day} ${date.year}, ${time}`;
  return date.day === today.day ? `${time}:${pad(date.seconds)}` : `${date.day}, ${time}`;
}

const HALF_YEAR_MS = 182 * 86_400_000; // milliseconds

/** The parts of a time on the wall clock. */
function wallClock(at: number, inUtc: boolean) {
  const zoned = new Date(at);
  const date = inUtc ? zoned : new Date(at - zoned.getTimezoneOffset() * 60_000); // its UTC parts are the local time
  return {
    year: date.getUTCFullYear(),
    day: `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]?.slice(0, 3)}`,
    hours: date.getUTCHours(),
    minutes: date.getUTCMinutes(),
    seconds: date.getUTCSeconds(),
  };
}

/** The time in UTC, for a tooltip. */
export function formatUtc(at: number | null): string {
  return at === null ? "" : `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `in 5 min`, `2 h ago`, `now`. */
export function relativeTime(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  if (Math.abs(seconds) < 1) return "now";
  const length = formatDuration(Math.abs(seconds) * 1000);
  return seconds > 0 ? `in ${length}` : `${length} ago`;
}

/**
 * A time inside a sentence: `at 14:03:05` with `word` "at", or `in 5 min` if times are relative. With "for" it is always
 * the time that has passed since, `for 5 min`.
 */
export function timeInSentence(
  at: number,
  word: string,
  now: number,
  times: { utc: boolean; relative: boolean },
): string {
  if (word === "for") return `for ${formatDuration(now - at)}`;
  if (!times.relative) return [word, formatTime(at, now, times.utc)].filter(Boolean).join(" ");
  return word === "since" ? `for ${formatDuration(now - at)}` : relativeTime(at, now);
}

/** A sentence from the kernel as plain text, for a tooltip. */
export function sentenceText(parts: Sentence, now: number, times: { utc: boolean; relative: boolean }): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      if ("code" in part) return isolateDirection(part.code);
      return "name" in part ? isolateDirection(part.name) : timeInSentence(part.at, part.word, now, times);
    })
    .join("");
}

/** `8 s`, `5 min`, `1 h 20 min`, `3 d 4 h`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return minutes < 10 && seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  const days = Math.floor(hours / 24);
  return hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`;
}

/** `in_progress` -> `in progress` */
export const spaced = (name: string) => name.replaceAll("_", " ");

/** The address of a task's page on the configured web server; null if there is none. */
export function taskUrl(web: string | undefined, id: string): string | null {
  if (!web || !id || !/^https?:\/\//.test(web)) return null;
  return `${web}/projects/*/experiments/${encodeURIComponent(id)}/output/log`;
}
