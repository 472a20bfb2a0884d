// The visible time range of the timeline: zoom, shift and ticks. Pure functions; times are milliseconds since the
// epoch.

export interface TimeRange {
  start: number;
  end: number;
}

/** A fixed range, or with `follow` a range of that length that moves with the current time. */
export type TimelineWindow = TimeRange & { follow: boolean };

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const MIN_LENGTH = 5 * MINUTE;
export const MAX_LENGTH = 366 * DAY;
/** The share of a following window that lies in the future; the kernel uses the same. */
const AHEAD = 0.2;

export const SPANS = [
  ["1 h", HOUR],
  ["6 h", 6 * HOUR],
  ["24 h", DAY],
  ["7 d", 7 * DAY],
  ["30 d", 30 * DAY],
] as const;

export const lengthOf = ({ start, end }: TimeRange): number => end - start;

/** A window of this length that moves with the current time. */
export function followingWindow(length: number): TimelineWindow {
  return { start: 0, end: length, follow: true };
}

/** The range that a window shows at `now`, which is rounded down to `step`, the time that one pixel shows. */
export function rangeAt(window: TimelineWindow, now: number, step: number): TimeRange {
  if (!window.follow) return window;
  const length = lengthOf(window);
  const end = Math.floor(now / step) * step + AHEAD * length;
  return { start: end - length, end };
}

/** The range zoomed by a factor (below 1 zooms in); the moment `around` keeps its position. */
export function zoomRange(shown: TimeRange, factor: number, around: number): TimeRange {
  const length = Math.min(MAX_LENGTH, Math.max(MIN_LENGTH, lengthOf(shown) * factor));
  const share = (around - shown.start) / lengthOf(shown);
  const start = Math.max(0, around - share * length);
  return { start: Math.round(start), end: Math.round(start + length) };
}

export function shiftRange(shown: TimeRange, by: number): TimeRange {
  const start = Math.max(0, Math.round(shown.start + by));
  return { start, end: start + Math.round(lengthOf(shown)) };
}

/** Zooms a window. A following window keeps following if it is zoomed around the current time. */
export function zoomWindow(
  window: TimelineWindow,
  shown: TimeRange,
  factor: number,
  around: number,
  now: number,
): TimelineWindow {
  if (window.follow && around === now) {
    const length = Math.min(MAX_LENGTH, Math.max(MIN_LENGTH, lengthOf(window) * factor));
    return followingWindow(Math.round(length));
  }
  return { ...zoomRange(shown, factor, around), follow: false };
}

/** The x position of a moment on a chart of this width. */
export function xOf(moment: number, shown: TimeRange, width: number): number {
  return ((moment - shown.start) / lengthOf(shown)) * width;
}

const STEPS = [
  ...[MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE],
  ...[HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR],
  ...[DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY],
];
const MIN_TICK_GAP = 76; // pixels between two ticks

interface Tick {
  at: number;
  text: string;
  /** Whether it is midnight; then its text is the date. */
  day: boolean;
}

/** The ticks of a range, at round times of UTC or the browser's time zone. */
export function ticks(shown: TimeRange, width: number, utc: boolean): Tick[] {
  const minStep = (lengthOf(shown) / Math.max(1, width)) * MIN_TICK_GAP;
  const step = STEPS.find((candidate) => candidate >= minStep) ?? 90 * DAY;
  const found: Tick[] = [];
  for (let moment = firstTick(shown.start, step, utc); moment <= shown.end; moment = nextTick(moment, step, utc)) {
    if (moment >= shown.start) found.push(tick(moment, utc));
  }
  return found;
}

const toWallClock = (moment: number, utc: boolean) =>
  moment - (utc ? 0 : new Date(moment).getTimezoneOffset() * MINUTE);
const fromWallClock = (clock: number, utc: boolean) => {
  if (utc) return clock;
  const offsetGuess = clock + new Date(clock).getTimezoneOffset() * MINUTE;
  return clock + new Date(offsetGuess).getTimezoneOffset() * MINUTE;
};

function firstTick(start: number, step: number, utc: boolean): number {
  return fromWallClock(Math.floor(toWallClock(start, utc) / step) * step, utc);
}

/** The next round wall clock time. It is always later than `moment`, also when the clock goes back. */
function nextTick(moment: number, step: number, utc: boolean): number {
  const clock = Math.floor(toWallClock(moment, utc) / step) * step;
  const next = fromWallClock(clock + step, utc);
  return next > moment ? next : moment + step;
}

function tick(moment: number, utc: boolean): Tick {
  const date = new Date(toWallClock(moment, utc));
  const midnight = date.getUTCHours() === 0 && date.getUTCMinutes() === 0;
  const text = midnight
    ? date.toLocaleDateString("en-GB", { month: "short", day: "numeric", timeZone: "UTC" })
    : date.toISOString().slice(11, 16);
  return { at: moment, text, day: midnight };
}
