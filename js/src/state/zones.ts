// Time zones for people to choose from, and instants as their clocks show them. The browser knows the zones' rules.

const ALL = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
const formats = new Map<string, Intl.DateTimeFormat>();

/** The browser's own zone. */
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** Zones whose name holds all of the typed words, `new york` too; those where a word begins so first. */
export function findZones(text: string, first: readonly string[], limit = 60): string[] {
  const words = plain(text).split(" ").filter(Boolean);
  const all = [...new Set([...first, ...ALL])];
  const found = all.filter((zone) => words.every((word) => plain(zone).includes(word)));
  const begins = (zone: string) => words.some((word) => ` ${plain(zone)}`.includes(` ${word}`));
  return [...found.filter(begins), ...found.filter((zone) => !begins(zone))].slice(0, limit);
}

const plain = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/[/_\s]+/g, " ")
    .trim();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat | null {
  const key = `${zone} ${JSON.stringify(options)}`;
  try {
    const known = formats.get(key) ?? new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
    formats.set(key, known);
    return known;
  } catch {
    return null; // a zone that only the kernel knows
  }
}

function parts(at: number, zone: string, options: Intl.DateTimeFormatOptions): Record<string, string> | null {
  const found = format(zone, options)?.formatToParts(at);
  return found ? Object.fromEntries(found.map(({ type, value }) => [type, value])) : null;
}

const WALL = {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
} as const;

interface Wall {
  /** `Mon 23 Nov` */
  day: string;
  year: string;
  /** `06:20`, with seconds where there are some. */
  time: string;
}

/** What the zone's clock shows at an instant; null for a zone that the browser does not know. */
export function wall(at: number, zone: string): Wall | null {
  const found = parts(at, zone, WALL);
  if (found === null) return null;
  const { weekday, day, month, year = "", hour, minute, second } = found;
  const time = `${hour}:${minute}${second === "00" ? "" : `:${second}`}`;
  return { day: `${weekday} ${day} ${month}`, year, time };
}

/** `Mon 23 Nov, 06:20` */
export function wallText(at: number, zone: string): string {
  const found = wall(at, zone);
  return found === null ? "" : `${found.day}, ${found.time}`;
}

const NUMBERS = {
  era: "short",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
  hourCycle: "h23",
} as const;

/** What the zone's clock shows at an instant of whole seconds, as milliseconds, as if it were UTC; null as above. */
export function wallNumber(at: number, zone: string): number | null {
  const found = parts(at, zone, NUMBERS);
  if (found === null) return null;
  const [year, month, day, hour, minute, second] = ["year", "month", "day", "hour", "minute", "second"].map((name) =>
    Number(found[name]),
  );
  const date = new Date(0);
  date.setUTCFullYear(found.era === "BC" ? 1 - (year ?? 0) : (year ?? 0), (month ?? 1) - 1, day);
  return date.setUTCHours(hour ?? 0, minute, second);
}

/** The zone's distance from UTC at an instant, such as `UTC+01:00`. */
export function offset(at: number, zone: string): string {
  const name = parts(at, zone, { timeZoneName: "longOffset" })?.timeZoneName ?? "";
  return name.replace("GMT", "UTC");
}

/**
 * The same instant elsewhere: `05:20 UTC`, `10:50 your time (Asia/Kolkata)`. Clocks that show the same are left out;
 * another day is named.
 */
export function elsewhere(at: number, zone: string, own: string): string[] {
  const here = wall(at, zone);
  const places = [
    ["UTC", "UTC"],
    [own, `your time (${own})`],
  ] as const;
  const shown = new Set([`${here?.day} ${here?.time}`]);
  const texts: string[] = [];
  for (const [place, label] of places) {
    const there = wall(at, place);
    if (there === null || shown.has(`${there.day} ${there.time}`)) continue;
    shown.add(`${there.day} ${there.time}`);
    texts.push(`${there.day === here?.day ? "" : `${there.day}, `}${there.time} ${label}`);
  }
  return texts;
}

/** The date in the zone at an instant, such as 2026-12-01. */
export function dateIn(at: number, zone: string): string {
  const found = parts(at, zone, { year: "numeric", month: "2-digit", day: "2-digit" });
  return found ? `${found.year}-${found.month}-${found.day}` : new Date(at).toISOString().slice(0, 10);
}
