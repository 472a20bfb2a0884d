// From a zone's wall clock to instants and back, clock changes included. As the engine has it: a time that the clock
// jumps over means the instant of the jump.
import { wall, wallNumber } from "./zones";

/** A moment as a field for date and time has it, on the clock of the rule's zone; `local` is empty for none. */
export interface MomentDraft {
  local: string;
  /** Of a time that the clock shows twice, the second one is meant. */
  later: boolean;
  /** How the definition has it: this is meant for as long as neither the field nor the zone was changed. */
  given?: { at: string; zone: string };
}

export const NO_MOMENT: MomentDraft = { local: "", later: false };

/** What a wall time comes to. */
export interface Reading {
  /** The instants at which the clock shows it, in milliseconds: two where the clock was put back, else one. */
  at: readonly number[];
  /** The clock jumps over it; `at` is the instant of the jump. */
  skipped: boolean;
}

const DAY = 86_400_000;
const SECOND = 1000;

/** The zone in which moments are typed: the rule's own, or UTC where the browser does not know that one. */
export const typedIn = (zone: string): string => (wall(0, zone) === null ? "UTC" : zone);

/** When the zone's clock shows `local`, such as 2026-12-01T06:20; null for what is no time. */
export function reading(local: string, zone: string): Reading | null {
  const shown = Date.parse(`${local}Z`);
  if (local === "" || Number.isNaN(shown)) return null;
  const place = typedIn(zone);
  const ahead = (at: number) => (wallNumber(at, place) ?? at) - at;
  const offsets = [...new Set([ahead(shown - DAY), ahead(shown + DAY)])];
  const at = offsets.map((offset) => shown - offset).filter((each) => each + ahead(each) === shown);
  if (at.length > 0) return { at: at.sort((a, b) => a - b), skipped: false };
  const bounds = offsets.map((offset) => shown - offset);
  return { at: [jump(Math.min(...bounds), Math.max(...bounds), shown, ahead)], skipped: true };
}

/** The first second after `before`, and not after `after`, at which the clock shows `shown` or more. */
function jump(before: number, after: number, shown: number, ahead: (at: number) => number): number {
  let [low, high] = [before, after];
  while (high - low > SECOND) {
    const middle = low + Math.floor((high - low) / SECOND / 2) * SECOND;
    if (middle + ahead(middle) < shown) low = middle;
    else high = middle;
  }
  return high;
}

/** The instant that is meant; null for none. */
export function instant(moment: MomentDraft, zone: string): number | null {
  const { at = [] } = reading(moment.local, zone) ?? {};
  return (moment.later ? at.at(-1) : at[0]) ?? null;
}

/** For a definition: what it had, or the instant in UTC; null for none. */
export function momentData(moment: MomentDraft, zone: string): string | null {
  if (moment.given?.zone === zone) return moment.given.at;
  const at = instant(moment, zone);
  return at === null ? null : new Date(at).toISOString().replace(".000Z", "Z");
}

/** Of a definition: any ISO time with its offset. */
export function momentDraft(value: unknown, zone: string): MomentDraft {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (typeof value !== "string" || Number.isNaN(at)) return NO_MOMENT;
  const local = localText(Math.floor(at / SECOND) * SECOND, zone);
  const twice = reading(local, zone)?.at ?? [];
  return { local, later: twice.length > 1 && at >= (twice[1] ?? at), given: { at: value, zone } };
}

/** What a field for date and time holds at an instant, on the clock of the zone. */
function localText(at: number, zone: string): string {
  const text = new Date(wallNumber(at, typedIn(zone)) ?? at).toISOString();
  return text.slice(17, 19) === "00" ? text.slice(0, 16) : text.slice(0, 19);
}
