// Merges the next runs of several items.
import type { ItemReview, NextRun } from "../messages/wizard";
import { wallClock } from "./zones";

export interface UpcomingRun extends NextRun {
  item: string;
}

const MAX_RUNS = 10; // the kernel sends as many per item

/** The first runs after `now` of one item or of all, soonest first. */
export function upcomingRuns(
  items: Record<string, ItemReview>,
  now: number,
  only: string | null = null,
): UpcomingRun[] {
  return Object.entries(items)
    .filter(([id]) => only === null || id === only)
    .flatMap(([id, { next }]) => next.map((run) => ({ ...run, item: id })))
    .filter((run) => run.at > now)
    .sort((a, b) => a.at - b.at)
    .slice(0, MAX_RUNS);
}

/** Whether the kernel sent every run that will ever come. Runs that are over by now are counted too. */
export function isComplete(items: Record<string, ItemReview>, only: string | null = null): boolean {
  return upcomingRuns(items, Number.NEGATIVE_INFINITY, only).length < MAX_RUNS;
}

/** Shown in place of runs if all those that the kernel sent are over. */
export const NEXT_RUNS_LATER = "The kernel names the next runs when it is free.";

export interface Day {
  /** `Mon 23 Nov 2026`; empty if the browser does not know the time zone. */
  day: string;
  runs: UpcomingRun[];
}

/** Groups runs by their day in a time zone. */
export function groupByDay(runs: readonly UpcomingRun[], zone: string): Day[] {
  const days: Day[] = [];
  for (const run of runs) {
    const shown = wallClock(run.at, zone);
    const day = shown ? `${shown.day} ${shown.year}` : "";
    const last = days.at(-1);
    if (last?.day === day) last.runs.push(run);
    else days.push({ day, runs: [run] });
  }
  return days;
}
