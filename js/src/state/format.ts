// Times and names as people read them. `now` and the zone are arguments, so that tests need no clock.
import type { Said } from "../messages/dashboard";
import { isolated } from "./bidi";

const pad = (value: number) => String(value).padStart(2, "0");

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `14:03:05` today, else `1 Dec, 06:20`, with its year where the day alone could be of another one; in the browser's own zone, or in UTC. */
export function clock(at: number | null, now: number, inUtc = false): string {
  if (at === null) return "–";
  const [date, today] = [wall(at, inUtc), wall(now, inUtc)];
  const time = `${pad(date.hours)}:${pad(date.minutes)}`;
  if (date.year !== today.year && Math.abs(at - now) > HALF_A_YEAR) return `${date.day} ${date.year}, ${time}`;
  return date.day === today.day ? `${time}:${pad(date.seconds)}` : `${date.day}, ${time}`;
}

const HALF_A_YEAR = 182 * 86_400_000; // milliseconds

/** What the wall clock shows. */
function wall(at: number, inUtc: boolean) {
  const zoned = new Date(at);
  const date = inUtc ? zoned : new Date(at - zoned.getTimezoneOffset() * 60_000); // its UTC parts are the local ones
  return {
    year: date.getUTCFullYear(),
    day: `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`,
    hours: date.getUTCHours(),
    minutes: date.getUTCMinutes(),
    seconds: date.getUTCSeconds(),
  };
}

/** The same instant in UTC, for a tooltip. */
export function utc(at: number | null): string {
  return at === null ? "" : `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `in 5 min`, `2 h ago`, `now`. */
export function relative(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  if (Math.abs(seconds) < 1) return "now";
  const length = duration(Math.abs(seconds) * 1000);
  return seconds > 0 ? `in ${length}` : `${length} ago`;
}

/** A time within a sentence: `at 14:03:05`, or from now `in 5 min`, where a clock time would follow that word. */
export function atText(at: number, word: string, now: number, times: { utc: boolean; relative: boolean }): string {
  if (!times.relative) return [word, clock(at, now, times.utc)].filter(Boolean).join(" ");
  return word === "since" ? `for ${duration(now - at)}` : relative(at, now);
}

/** A sentence from the kernel as plain text, for a tooltip. */
export function saidText(parts: Said, now: number, times: { utc: boolean; relative: boolean }): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      if ("code" in part) return isolated(part.code);
      return "name" in part ? isolated(part.name) : atText(part.at, part.word, now, times);
    })
    .join("");
}

/** `8 s`, `5 min`, `1 h 20 min`, `3 d 4 h`. */
export function duration(milliseconds: number): string {
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
export const words = (name: string) => name.replaceAll("_", " ");

/** The name of the zone that times are shown in. */
export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A task's page on the configured web server; null if there is none. */
export function taskUrl(web: string | undefined, id: string): string | null {
  if (!web || !id || !/^https?:\/\//.test(web)) return null;
  return `${web}/projects/*/experiments/${encodeURIComponent(id)}/output/log`;
}
