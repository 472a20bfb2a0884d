// The timeline's bars: parsed from the messages, stacked into rows, summed up. Pure functions.
import type { TimelineBar, TimelineData, TimelineLive } from "../../messages/timeline";
import { spaced } from "../../state/format";
import type { TimeRange } from "./scale";

export interface Bar {
  item: string;
  start: number;
  /** When an agent started the run; null before that, and for a group. */
  began: number | null;
  /** Null while the run is not finished. */
  end: number | null;
  /** The real end, if `end` was changed for drawing. */
  realEnd?: number;
  counts: Record<string, number>;
  count: number;
  /** The id of a single run; empty for a group. */
  run: string;
  /** The task of a single run; empty for a call of a function. */
  task: string;
}

export function parseBar(data: TimelineBar): Bar {
  const [item, start, began, end, status, run = "", task = run] = data;
  const counts = typeof status === "string" ? { [status]: 1 } : status;
  return { item, start, began, end, counts, count: total(counts), run, task };
}

const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** All bars by item, in order of their start. A run that changed after the snapshot is only in `live`. */
export function barsByItem(data: TimelineData, live: Partial<TimelineLive>): Map<string, Bar[]> {
  const liveBars = live.id === data.id ? (live.bars ?? []) : [];
  const bars = new Map<string, Bar[]>();
  for (const bar of [...data.bars, ...liveBars].map(parseBar)) {
    const lane = bars.get(bar.item);
    if (lane) lane.push(bar);
    else bars.set(bar.item, [bar]);
  }
  for (const lane of bars.values()) lane.sort((a, b) => a.start - b.start);
  return bars;
}

/** The end of a bar; `now` for a run that is not finished. */
export const endOf = (bar: Bar, now: number): number => Math.max(bar.start, bar.end ?? now);

export function barsInRange(bars: readonly Bar[], shown: TimeRange, now: number): Bar[] {
  return bars.filter((bar) => bar.start <= shown.end && endOf(bar, now) >= shown.start);
}

/**
 * Puts bars into rows without overlaps. A bar for which `maxRows` leaves no free row is merged into another one, so
 * that no run is lost.
 */
export function stackBars(bars: readonly Bar[], now: number, gap: number, maxRows: number): Bar[][] {
  const rows: Bar[][] = [];
  for (const bar of bars) {
    const freeRow = rows.find((row) => endsBefore(row, bar.start - gap, now));
    if (freeRow) freeRow.push(bar);
    else if (rows.length < maxRows) rows.push([bar]);
    else joinShortestRow(rows, bar, now);
  }
  return rows;
}

function endsBefore(row: Bar[], moment: number, now: number): boolean {
  const last = row.at(-1);
  return last === undefined || endOf(last, now) <= moment;
}

/** Merges a bar into the last bar of the row that ends first. */
function joinShortestRow(rows: Bar[][], bar: Bar, now: number): void {
  const row = rows.reduce((best, each) => (lastEnd(each, now) < lastEnd(best, now) ? each : best));
  const last = row.pop();
  if (last) row.push(mergeBars(last, bar));
}

const lastEnd = (row: Bar[], now: number) => endOf(row.at(-1) as Bar, now);

export function mergeBars(a: Bar, b: Bar): Bar {
  const counts = { ...a.counts };
  for (const [status, count] of Object.entries(b.counts)) counts[status] = (counts[status] ?? 0) + count;
  return {
    item: a.item,
    start: Math.min(a.start, b.start),
    began: null,
    end: a.end === null || b.end === null ? null : Math.max(a.end, b.end),
    counts,
    count: a.count + b.count,
    run: "",
    task: "",
  };
}

/** `completed`, or for a group `12 runs: 10 completed, 2 failed`. */
export function statusText(bar: Bar): string {
  const parts = Object.entries(bar.counts).sort(([a], [b]) => rank(a) - rank(b));
  if (bar.run) return spaced(parts[0]?.[0] ?? "");
  const formatCount = (count: number) => count.toLocaleString("en");
  return `${formatCount(bar.count)} runs: ${parts.map(([status, count]) => `${formatCount(count)} ${spaced(status)}`).join(", ")}`;
}

/** The order of statuses in bars and texts: failures come first. */
const STATUS_ORDER = ["failed", "in_progress", "queued", "stopped", "completed"];
const rank = (status: string) => (STATUS_ORDER.includes(status) ? STATUS_ORDER.indexOf(status) : STATUS_ORDER.length);

export type Look = "failed" | "running" | "queued" | "stopped" | "done" | "other";

const LOOKS: Record<string, Look> = {
  failed: "failed",
  in_progress: "running",
  queued: "queued",
  stopped: "stopped",
  completed: "done",
  published: "done",
  closed: "done",
};

const lookOf = (status: string): Look => LOOKS[status] ?? "other";

/** The statuses of a bar as shares from 0 to 1, failures first. */
export function statusShares(bar: Bar): { look: Look; from: number; to: number }[] {
  let sum = 0;
  return Object.entries(bar.counts)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([status, count]) => {
      const from = sum / bar.count;
      sum += count;
      return { look: lookOf(status), from, to: sum / bar.count };
    });
}

export interface LaneSummary {
  runs: number;
  counts: Record<string, number>;
  next: number | null;
}

/** The runs of a lane by status, and its next run. */
export function laneSummary(bars: readonly Bar[], marks: readonly number[], now: number): LaneSummary {
  const counts: Record<string, number> = {};
  for (const bar of bars) {
    for (const [status, count] of Object.entries(bar.counts)) counts[status] = (counts[status] ?? 0) + count;
  }
  return { runs: total(counts), counts, next: marks.find((moment) => moment > now) ?? null };
}
