// The stretch of time that is shown: zoom, move, its ticks. Pure; times are milliseconds since the epoch.

export interface Stretch {
  start: number;
  end: number;
}

/** What is shown: a fixed stretch, or one of that length which goes on with the time. */
export type Window = Stretch & { follow: boolean };

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const SHORTEST = 5 * MINUTE;
export const LONGEST = 366 * DAY;
/** How much of a window that follows the time lies ahead; as in the kernel. */
const AHEAD = 0.2;

export const SPANS = [
  ["1 h", HOUR],
  ["6 h", 6 * HOUR],
  ["24 h", DAY],
  ["7 d", 7 * DAY],
  ["30 d", 30 * DAY],
] as const;

export const lengthOf = ({ start, end }: Stretch): number => end - start;

/** The window of that length which goes on with the time. */
export function following(length: number): Window {
  return { start: 0, end: length, follow: true };
}

/** The stretch that a window shows at a moment; `step` is the smallest move that can be seen. */
export function at(window: Window, now: number, step: number): Stretch {
  if (!window.follow) return window;
  const length = lengthOf(window);
  const end = Math.floor(now / step) * step + AHEAD * length;
  return { start: end - length, end };
}

/** Zoomed by a factor (below 1: closer) around a moment, which stays where it is. */
export function zoomed(shown: Stretch, factor: number, around: number): Stretch {
  const length = Math.min(LONGEST, Math.max(SHORTEST, lengthOf(shown) * factor));
  const share = (around - shown.start) / lengthOf(shown);
  const start = Math.max(0, around - share * length);
  return { start: Math.round(start), end: Math.round(start + length) };
}

export function moved(shown: Stretch, by: number): Stretch {
  const start = Math.max(0, Math.round(shown.start + by));
  return { start, end: start + Math.round(lengthOf(shown)) };
}

/** A zoom keeps a window that follows the time at it, as long as the present is in sight. */
export function zoomOf(window: Window, shown: Stretch, factor: number, around: number, now: number): Window {
  if (window.follow && around === now) {
    const length = Math.min(LONGEST, Math.max(SHORTEST, lengthOf(window) * factor));
    return following(Math.round(length));
  }
  return { ...zoomed(shown, factor, around), follow: false };
}

/** Where a moment is, of a width. */
export function place(moment: number, shown: Stretch, width: number): number {
  return ((moment - shown.start) / lengthOf(shown)) * width;
}

const STEPS = [
  ...[MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE],
  ...[HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR],
  ...[DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY],
];
const LEAST_GAP = 76; // pixels between two ticks

interface Tick {
  at: number;
  text: string;
  /** The first one of a day: its text is the date. */
  day: boolean;
}

/** The ticks of a stretch on a width, at round times of the zone that is shown. */
export function ticks(shown: Stretch, width: number, utc: boolean): Tick[] {
  const wanted = (lengthOf(shown) / Math.max(1, width)) * LEAST_GAP;
  const step = STEPS.find((one) => one >= wanted) ?? 90 * DAY;
  const found: Tick[] = [];
  for (let moment = firstTick(shown.start, step, utc); moment <= shown.end; moment = nextTick(moment, step, utc)) {
    if (moment >= shown.start) found.push(tick(moment, utc));
  }
  return found;
}

const wall = (moment: number, utc: boolean) => moment - (utc ? 0 : new Date(moment).getTimezoneOffset() * MINUTE);
const unwall = (clock: number, utc: boolean) => {
  if (utc) return clock;
  const guess = clock + new Date(clock).getTimezoneOffset() * MINUTE;
  return clock + new Date(guess).getTimezoneOffset() * MINUTE;
};

function firstTick(start: number, step: number, utc: boolean): number {
  return unwall(Math.floor(wall(start, utc) / step) * step, utc);
}

/** The next round time of the wall clock; always later, also where the clock is put back. */
function nextTick(moment: number, step: number, utc: boolean): number {
  const clock = Math.floor(wall(moment, utc) / step) * step;
  const next = unwall(clock + step, utc);
  return next > moment ? next : moment + step;
}

function tick(moment: number, utc: boolean): Tick {
  const date = new Date(wall(moment, utc));
  const midnight = date.getUTCHours() === 0 && date.getUTCMinutes() === 0;
  const text = midnight
    ? date.toLocaleDateString("en-GB", { month: "short", day: "numeric", timeZone: "UTC" })
    : date.toISOString().slice(11, 16);
  return { at: moment, text, day: midnight };
}
