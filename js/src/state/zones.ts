// Time zones to choose from, and instants on their wall clocks. The browser knows the zones' rules.

const ALL_ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
const formatCache = new Map<string, Intl.DateTimeFormat>();

/** The browser's time zone. */
export const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/**
 * The zones whose names contain all typed words, such as `new york`. Names with a word that starts like a typed one
 * come first.
 */
export function findZones(text: string, first: readonly string[], limit = 60): string[] {
  const words = normalize(text).split(" ").filter(Boolean);
  const all = [...new Set([...first, ...ALL_ZONES])];
  const found = all.filter((zone) => words.every((word) => normalize(zone).includes(word)));
  const begins = (zone: string) => words.some((word) => ` ${normalize(zone)}`.includes(` ${word}`));
  return [...found.filter(begins), ...found.filter((zone) => !begins(zone))].slice(0, limit);
}

const normalize = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/[/_\s]+/g, " ")
    .trim();

function cachedFormat(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat | null {
  const key = `${zone} ${JSON.stringify(options)}`;
  try {
    const known = formatCache.get(key) ?? new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
    formatCache.set(key, known);
    return known;
  } catch {
    return null; // only the kernel knows this zone
  }
}

function formatParts(at: number, zone: string, options: Intl.DateTimeFormatOptions): Record<string, string> | null {
  const shown = cachedFormat(zone, options)?.formatToParts(at);
  return shown ? Object.fromEntries(shown.map(({ type, value }) => [type, value])) : null;
}

const WALL_OPTIONS = {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
} as const;

interface WallClock {
  /** `Mon 23 Nov` */
  day: string;
  year: string;
  /** `06:20`, with seconds unless they are zero. */
  time: string;
}

/** The zone's wall clock at an instant; null if the browser does not know the zone. */
export function wallClock(at: number, zone: string): WallClock | null {
  const found = formatParts(at, zone, WALL_OPTIONS);
  if (found === null) return null;
  const { weekday, day, month, year = "", hour, minute, second } = found;
  const time = `${hour}:${minute}${second === "00" ? "" : `:${second}`}`;
  return { day: `${weekday} ${day} ${month}`, year, time };
}

/** `Mon 23 Nov, 06:20` */
export function wallClockText(at: number, zone: string): string {
  const found = wallClock(at, zone);
  return found === null ? "" : `${found.day}, ${found.time}`;
}

const NUMBER_OPTIONS = {
  era: "short",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
  hourCycle: "h23",
} as const;

/**
 * The zone's wall clock at an instant of whole seconds, as milliseconds as if it were UTC; null if the browser does not
 * know the zone.
 */
export function wallClockMs(at: number, zone: string): number | null {
  const found = formatParts(at, zone, NUMBER_OPTIONS);
  if (found === null) return null;
  const [year, month, day, hour, minute, second] = ["year", "month", "day", "hour", "minute", "second"].map((name) =>
    Number(found[name]),
  );
  const date = new Date(0);
  date.setUTCFullYear(found.era === "BC" ? 1 - (year ?? 0) : (year ?? 0), (month ?? 1) - 1, day);
  return date.setUTCHours(hour ?? 0, minute, second);
}

/** The zone's UTC offset at an instant, such as `UTC+01:00`. */
export function utcOffset(at: number, zone: string): string {
  const name = formatParts(at, zone, { timeZoneName: "longOffset" })?.timeZoneName ?? "";
  return name.replace("GMT", "UTC");
}

/**
 * The same instant on other clocks: `05:20 UTC`, `10:50 your time (Asia/Kolkata)`. Clocks that show the same time are
 * left out; a different day is named.
 */
export function otherClocks(at: number, zone: string, own: string): string[] {
  const here = wallClock(at, zone);
  const places = [
    ["UTC", "UTC"],
    [own, `your time (${own})`],
  ] as const;
  const shown = new Set([`${here?.day} ${here?.time}`]);
  const texts: string[] = [];
  for (const [place, label] of places) {
    const there = wallClock(at, place);
    if (there === null || shown.has(`${there.day} ${there.time}`)) continue;
    shown.add(`${there.day} ${there.time}`);
    texts.push(`${there.day === here?.day ? "" : `${there.day}, `}${there.time} ${label}`);
  }
  return texts;
}

/** The date in the zone at an instant, such as 2026-12-01. */
export function dateIn(at: number, zone: string): string {
  const found = formatParts(at, zone, { year: "numeric", month: "2-digit", day: "2-digit" });
  return found ? `${found.year}-${found.month}-${found.day}` : new Date(at).toISOString().slice(0, 10);
}
