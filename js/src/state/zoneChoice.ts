// The time zones that the preview offers.
import type { Draft } from "./draft";
import { wallClock } from "./zones";

/** The time zones of the schedules, UTC and the browser's own. */
export function zonesToOffer(draft: Draft, own: string): string[] {
  const known = draft.schedules.map((item) => item.recurrence.timezone).filter((zone) => wallClock(0, zone) !== null);
  return [...new Set([...known, "UTC", own])];
}

/** The initially selected zone: the one that all schedules share, else the browser's. */
export function initialZone(draft: Draft, own: string): string {
  const [only, ...others] = new Set(draft.schedules.map((item) => item.recurrence.timezone));
  return only !== undefined && others.length === 0 && wallClock(0, only) !== null ? only : own;
}
