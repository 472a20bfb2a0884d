// Converts wall clock times of a time zone to instants and back, across clock changes. As in the engine, a time that
// the clock skips means the instant of the change.
import { wallClock, wallClockMs } from "./zones";

/** A date and time as typed, on the wall clock of the rule's time zone; `local` is empty for none. */
export interface MomentDraft {
  local: string;
  /** For a time that the clock shows twice: whether the second one is meant. */
  later: boolean;
  /** The definition's own text of the moment. It is kept as long as neither the field nor the zone changes. */
  original?: { at: string; zone: string };
}

export const NO_MOMENT: MomentDraft = { local: "", later: false };

/** The instants of a wall clock time. */
export interface WallTimeInstants {
  /** In milliseconds since the epoch: two if the clock goes back over the time, else one. */
  at: readonly number[];
  /** Whether the clock skips the time; then `at` is the instant of the change. */
  skipped: boolean;
}

const DAY = 86_400_000;
const SECOND = 1000;

/** The time zone in which moments are typed: the rule's own, or UTC if the browser does not know it. */
export const inputZone = (zone: string): string => (wallClock(0, zone) === null ? "UTC" : zone);

/** The instants at which the zone's clock shows `local`, such as 2026-12-01T06:20; null if `local` is not a time. */
export function instantsOfWallTime(local: string, zone: string): WallTimeInstants | null {
  const wallTime = Date.parse(`${local}Z`);
  if (local === "" || Number.isNaN(wallTime)) return null;
  const shownZone = inputZone(zone);
  const offsetAt = (at: number) => (wallClockMs(at, shownZone) ?? at) - at;
  const offsets = [...new Set([offsetAt(wallTime - DAY), offsetAt(wallTime + DAY)])];
  const at = offsets.map((offset) => wallTime - offset).filter((each) => each + offsetAt(each) === wallTime);
  if (at.length > 0) return { at: at.sort((a, b) => a - b), skipped: false };
  const bounds = offsets.map((offset) => wallTime - offset);
  return { at: [clockJump(Math.min(...bounds), Math.max(...bounds), wallTime, offsetAt)], skipped: true };
}

/** The first second after `before` and up to `after` at which the clock shows `wallTime` or later. */
function clockJump(before: number, after: number, wallTime: number, offsetAt: (at: number) => number): number {
  let [low, high] = [before, after];
  while (high - low > SECOND) {
    const middle = low + Math.floor((high - low) / SECOND / 2) * SECOND;
    if (middle + offsetAt(middle) < wallTime) low = middle;
    else high = middle;
  }
  return high;
}

/** The instant of a moment in milliseconds since the epoch; null for none. */
export function instant(moment: MomentDraft, zone: string): number | null {
  const { at = [] } = instantsOfWallTime(moment.local, zone) ?? {};
  return (moment.later ? at.at(-1) : at[0]) ?? null;
}

/** The moment as the definition stores it: the original text, else an ISO time in UTC; null for none. */
export function momentData(moment: MomentDraft, zone: string): string | null {
  if (moment.original?.zone === zone) return moment.original.at;
  const at = instant(moment, zone);
  return at === null ? null : new Date(at).toISOString().replace(".000Z", "Z");
}

/** The moment of a definition's ISO time with any UTC offset. */
export function momentDraft(value: unknown, zone: string): MomentDraft {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (typeof value !== "string" || Number.isNaN(at)) return NO_MOMENT;
  const local = wallTimeText(Math.floor(at / SECOND) * SECOND, zone);
  const instants = instantsOfWallTime(local, zone)?.at ?? [];
  return { local, later: instants.length > 1 && at >= (instants[1] ?? at), original: { at: value, zone } };
}

/** The `datetime-local` value of an instant on the zone's wall clock. */
function wallTimeText(at: number, zone: string): string {
  const text = new Date(wallClockMs(at, inputZone(zone)) ?? at).toISOString();
  return text.slice(17, 19) === "00" ? text.slice(0, 16) : text.slice(0, 19);
}
