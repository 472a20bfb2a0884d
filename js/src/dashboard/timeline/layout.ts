// Computes the positions of lanes, bars and marks in pixels. Pure functions.
import type { TimelineData, TimelineLane } from "../../messages/timeline";
import { type Bar, barsInRange, endOf, type LaneSummary, laneSummary, stackBars, statusShares } from "./bars";
import { lengthOf, type TimeRange, xOf } from "./scale";

export const ROW_HEIGHT = 18;
export const BAR_HEIGHT = 14;
const PADDING = 4;
const MAX_ROWS = 5;
const MIN_BAR_WIDTH = 5;
const GAP = 1;

export interface LaneLayout {
  lane: TimelineLane;
  top: number;
  height: number;
  bars: PlacedBar[];
  marks: number[];
  summary: LaneSummary;
}

export interface PlacedBar {
  bar: Bar;
  x: number;
  y: number;
  width: number;
  /** The x position at which the agent started the run, cut to the visible part. */
  began: number;
}

/** The lanes with their bars, from top to bottom. */
export function layOutLanes(
  data: TimelineData,
  bars: Map<string, Bar[]>,
  shown: TimeRange,
  width: number,
  now: number,
): LaneLayout[] {
  const marks = marksByItem(data);
  const lanes: LaneLayout[] = [];
  let top = 0;
  for (const lane of data.lanes) {
    const visible = barsInRange(bars.get(lane.item) ?? [], shown, now);
    const future = marks.get(lane.item) ?? [];
    const rows = stackBars(
      trimGroups(widenBars(visible, shown, width), shown, width),
      now,
      (lengthOf(shown) / width) * GAP,
      MAX_ROWS,
    );
    const height = Math.max(1, rows.length) * ROW_HEIGHT + 2 * PADDING;
    lanes.push({
      lane,
      top,
      height,
      bars: rows.flatMap((row, index) =>
        row.map((bar) => placeBar(bar, index * ROW_HEIGHT + PADDING + 2, shown, width, now)),
      ),
      marks: future.filter((moment) => moment > now && moment >= shown.start && moment <= shown.end),
      summary: laneSummary(visible, future, now),
    });
    top += height;
  }
  return lanes;
}

function marksByItem(data: TimelineData): Map<string, number[]> {
  const marks = new Map<string, number[]>();
  for (const [item, at] of data.marks) {
    const lane = marks.get(item);
    if (lane) lane.push(at);
    else marks.set(item, [at]);
  }
  return marks;
}

/** Lengthens short runs to the smallest bar that is drawn, so that stacking keeps their neighbours apart. */
function widenBars(bars: readonly Bar[], shown: TimeRange, width: number): Bar[] {
  const least = (lengthOf(shown) / width) * MIN_BAR_WIDTH;
  return bars.map((bar) =>
    bar.end === null || bar.end - bar.start >= least ? bar : { ...bar, end: bar.start + least, realEnd: bar.end },
  );
}

const MAX_TRIM = 12; // pixels

/** Shortens a group that slightly overlaps the next bar, so that both fit into one row. */
function trimGroups(bars: readonly Bar[], shown: TimeRange, width: number): Bar[] {
  const most = (lengthOf(shown) / width) * MAX_TRIM;
  return bars.map((bar, index) => {
    const next = bars[index + 1];
    const over = next && !bar.run && bar.end !== null ? bar.end - next.start : 0;
    if (next === undefined || over <= 0 || over > most || next.start <= bar.start) return bar;
    return { ...bar, end: next.start, realEnd: bar.realEnd ?? (bar.end as number) };
  });
}

function placeBar(bar: Bar, y: number, shown: TimeRange, width: number, now: number): PlacedBar {
  const left = Math.max(-20, xOf(bar.start, shown, width));
  const right = Math.min(width + 20, xOf(endOf(bar, now), shown, width));
  const x = Math.min(left, right - MIN_BAR_WIDTH);
  const began = bar.began === null ? x : Math.min(right, Math.max(x, xOf(bar.began, shown, width)));
  return { bar, x, y, width: right - x, began };
}

/** The segments of a bar from left to right: its wait in the queue, then its work by status. */
export function barSegments({ bar, x, width, began }: PlacedBar): { look: string; x: number; width: number }[] {
  if (bar.run) {
    const [only] = statusShares(bar);
    const look = only?.look ?? "other";
    const wait = bar.began === null ? 0 : began - x;
    const work = Math.max(width - wait, MIN_BAR_WIDTH / 2);
    return [...(wait >= 1 ? [{ look: "wait", x, width: wait }] : []), { look, x: x + width - work, width: work }];
  }
  return statusShares(bar).map(({ look, from, to }) => ({ look, x: x + from * width, width: (to - from) * width }));
}
