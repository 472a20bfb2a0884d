// The next runs of several items together.
import type { ItemReview, NextRun } from "../messages/wizard";
import { wall } from "./zones";

export interface Upcoming extends NextRun {
  item: string;
}

const SHOWN = 10; // as many as the kernel names of each item

/** The first runs after `now` of one item, or of all together, soonest first. */
export function upcoming(items: Record<string, ItemReview>, now: number, only: string | null = null): Upcoming[] {
  return Object.entries(items)
    .filter(([id]) => only === null || id === only)
    .flatMap(([id, { next }]) => next.map((run) => ({ ...run, item: id })))
    .filter((run) => run.at > now)
    .sort((a, b) => a.at - b.at)
    .slice(0, SHOWN);
}

/** Whether these are all runs that ever come: those that are over by now are no sign that none follow. */
export function isWhole(items: Record<string, ItemReview>, only: string | null = null): boolean {
  return upcoming(items, Number.NEGATIVE_INFINITY, only).length < SHOWN;
}

/** Instead of runs, where all that the kernel has named are over. */
export const LATER = "The kernel names the next runs when it is free.";

export interface Day {
  /** `Mon 23 Nov 2026`; empty where the browser does not know the zone. */
  day: string;
  runs: Upcoming[];
}

/** Runs in the order of their times, under the days on which they are in a zone. */
export function byDay(runs: readonly Upcoming[], zone: string): Day[] {
  const days: Day[] = [];
  for (const run of runs) {
    const shown = wall(run.at, zone);
    const day = shown ? `${shown.day} ${shown.year}` : "";
    const last = days.at(-1);
    if (last?.day === day) last.runs.push(run);
    else days.push({ day, runs: [run] });
  }
  return days;
}
