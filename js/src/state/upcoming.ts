// The next runs of several items together.
import type { ItemReview, NextRun } from "../messages/wizard";

export interface Upcoming extends NextRun {
  item: string;
}

export const SHOWN = 10;

/** The first runs after `now` of one item, or of all together, soonest first. */
export function upcoming(items: Record<string, ItemReview>, now: number, only: string | null = null): Upcoming[] {
  return Object.entries(items)
    .filter(([id]) => only === null || id === only)
    .flatMap(([id, { next }]) => next.map((run) => ({ ...run, item: id })))
    .filter((run) => run.at > now)
    .sort((a, b) => a.at - b.at)
    .slice(0, SHOWN);
}
