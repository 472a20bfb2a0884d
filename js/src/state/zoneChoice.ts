// In which zones the preview can show times.
import type { Draft } from "./draft";
import { wall } from "./zones";

/** Those of the schedules, UTC and the browser's own. */
export function zonesOf(draft: Draft, own: string): string[] {
  const known = draft.schedules.map((item) => item.recurrence.timezone).filter((zone) => wall(0, zone) !== null);
  return [...new Set([...known, "UTC", own])];
}

/** The zone to begin with: the one that all schedules have, else the browser's. */
export function firstZone(draft: Draft, own: string): string {
  const [only, ...others] = new Set(draft.schedules.map((item) => item.recurrence.timezone));
  return only !== undefined && others.length === 0 && wall(0, only) !== null ? only : own;
}
