// The timeline's bars as the page draws them: read from the messages, stacked in their lanes, told in words. Pure.
import type { TimelineBar, TimelineData, TimelineLive } from "../../messages/timeline";
import { words } from "../../state/format";
import type { Stretch } from "./scale";

export interface Bar {
  item: string;
  start: number;
  /** When an agent began; null before that, and for a group. */
  began: number | null;
  /** Null while it goes on. */
  end: number | null;
  /** Its real end, where it is drawn longer than it was. */
  ended?: number;
  counts: Record<string, number>;
  count: number;
  /** The id of a single run, or empty. */
  run: string;
  /** The task of a single run; the call of a function has none. */
  task: string;
}

export function bar(data: TimelineBar): Bar {
  const [item, start, began, end, status, run = "", task = run] = data;
  const counts = typeof status === "string" ? { [status]: 1 } : status;
  return { item, start, began, end, counts, count: total(counts), run, task };
}

const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** All bars by item. A run that changed since the picture was made is in the live part only. */
export function byItem(data: TimelineData, live: Partial<TimelineLive>): Map<string, Bar[]> {
  const later = live.id === data.id ? (live.bars ?? []) : [];
  const found = new Map<string, Bar[]>();
  for (const one of [...data.bars, ...later].map(bar)) {
    const lane = found.get(one.item);
    if (lane) lane.push(one);
    else found.set(one.item, [one]);
  }
  for (const lane of found.values()) lane.sort((a, b) => a.start - b.start);
  return found;
}

/** Where it ends as far as one can see it now. */
export const endOf = (one: Bar, now: number): number => Math.max(one.start, one.end ?? now);

export function inSight(bars: readonly Bar[], shown: Stretch, now: number): Bar[] {
  return bars.filter((one) => one.start <= shown.end && endOf(one, now) >= shown.start);
}

/** Bars in rows, so that none lies on another. What finds no free row joins the bar before it: no run is lost. */
export function stacked(bars: readonly Bar[], now: number, gap: number, most: number): Bar[][] {
  const rows: Bar[][] = [];
  for (const one of bars) {
    const free = rows.find((row) => endsBefore(row, one.start - gap, now));
    if (free) free.push(one);
    else if (rows.length < most) rows.push([one]);
    else join(rows, one, now);
  }
  return rows;
}

function endsBefore(row: Bar[], moment: number, now: number): boolean {
  const last = row.at(-1);
  return last === undefined || endOf(last, now) <= moment;
}

/** Puts a bar into the last one of the row that ends first. */
function join(rows: Bar[][], one: Bar, now: number): void {
  const row = rows.reduce((best, each) => (lastEnd(each, now) < lastEnd(best, now) ? each : best));
  const last = row.pop();
  if (last) row.push(merged(last, one));
}

const lastEnd = (row: Bar[], now: number) => endOf(row.at(-1) as Bar, now);

export function merged(a: Bar, b: Bar): Bar {
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

/** `completed`, or for several `12 runs: 10 completed, 2 failed`. */
export function statusText(one: Bar): string {
  const parts = Object.entries(one.counts).sort(([a], [b]) => rank(a) - rank(b));
  if (one.run) return words(parts[0]?.[0] ?? "");
  const number = (count: number) => count.toLocaleString("en");
  return `${number(one.count)} runs: ${parts.map(([status, count]) => `${number(count)} ${words(status)}`).join(", ")}`;
}

/** Where a status stands in legends and bars: what needs a look comes first. */
const ORDER = ["failed", "in_progress", "queued", "stopped", "completed"];
const rank = (status: string) => (ORDER.includes(status) ? ORDER.indexOf(status) : ORDER.length);

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

/** The looks of a bar with their shares, what needs a look first. */
export function shares(one: Bar): { look: Look; from: number; to: number }[] {
  let sum = 0;
  return Object.entries(one.counts)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([status, count]) => {
      const from = sum / one.count;
      sum += count;
      return { look: lookOf(status), from, to: sum / one.count };
    });
}

export interface LaneSummary {
  runs: number;
  counts: Record<string, number>;
  next: number | null;
}

/** A lane in numbers: the runs in sight, and the next one to come. */
export function summary(bars: readonly Bar[], marks: readonly number[], now: number): LaneSummary {
  const counts: Record<string, number> = {};
  for (const one of bars) {
    for (const [status, count] of Object.entries(one.counts)) counts[status] = (counts[status] ?? 0) + count;
  }
  return { runs: total(counts), counts, next: marks.find((moment) => moment > now) ?? null };
}
