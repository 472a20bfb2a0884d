// Where everything of the timeline is, in pixels. Pure.
import type { TimelineData, TimelineLane } from "../../messages/timeline";
import { type Bar, endOf, inSight, type LaneSummary, shares, stacked, summary } from "./bars";
import { lengthOf, place, type Stretch } from "./scale";

export const ROW = 18;
export const BAR = 14;
const PADDING = 4;
const MOST_ROWS = 5;
const LEAST_WIDTH = 5;
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
  /** Where the agent began, if it is in sight. */
  began: number;
}

/** The lanes with their bars, from top to bottom. */
export function laidOut(
  data: TimelineData,
  bars: Map<string, Bar[]>,
  shown: Stretch,
  width: number,
  now: number,
): LaneLayout[] {
  const marks = marksByItem(data);
  const found: LaneLayout[] = [];
  let top = 0;
  for (const lane of data.lanes) {
    const seen = inSight(bars.get(lane.item) ?? [], shown, now);
    const future = marks.get(lane.item) ?? [];
    const rows = stacked(
      trimmed(widened(seen, shown, width), shown, width),
      now,
      (lengthOf(shown) / width) * GAP,
      MOST_ROWS,
    );
    const height = Math.max(1, rows.length) * ROW + 2 * PADDING;
    found.push({
      lane,
      top,
      height,
      bars: rows.flatMap((row, index) => row.map((bar) => placed(bar, index * ROW + PADDING + 2, shown, width, now))),
      marks: future.filter((moment) => moment > now && moment >= shown.start && moment <= shown.end),
      summary: summary(seen, future, now),
    });
    top += height;
  }
  return found;
}

function marksByItem(data: TimelineData): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [item, at] of data.marks) {
    const lane = found.get(item);
    if (lane) lane.push(at);
    else found.set(item, [at]);
  }
  return found;
}

/** Short runs take as much time as their bar takes place: what lies beside them must not lie on them. */
function widened(bars: readonly Bar[], shown: Stretch, width: number): Bar[] {
  const least = (lengthOf(shown) / width) * LEAST_WIDTH;
  return bars.map((bar) =>
    bar.end === null || bar.end - bar.start >= least ? bar : { ...bar, end: bar.start + least, ended: bar.end },
  );
}

const TRIM = 12; // pixels

/** A group reaches a little into what begins after it; drawn shorter, they share a row. */
function trimmed(bars: readonly Bar[], shown: Stretch, width: number): Bar[] {
  const most = (lengthOf(shown) / width) * TRIM;
  return bars.map((bar, index) => {
    const next = bars[index + 1];
    const over = next && !bar.run && bar.end !== null ? bar.end - next.start : 0;
    if (next === undefined || over <= 0 || over > most || next.start <= bar.start) return bar;
    return { ...bar, end: next.start, ended: bar.ended ?? (bar.end as number) };
  });
}

function placed(bar: Bar, y: number, shown: Stretch, width: number, now: number): PlacedBar {
  const left = Math.max(-20, place(bar.start, shown, width));
  const right = Math.min(width + 20, place(endOf(bar, now), shown, width));
  const x = Math.min(left, right - LEAST_WIDTH);
  const began = bar.began === null ? x : Math.min(right, Math.max(x, place(bar.began, shown, width)));
  return { bar, x, y, width: right - x, began };
}

/** The pieces of a bar from left to right: its wait, and its work by status. */
export function pieces({ bar, x, width, began }: PlacedBar): { look: string; x: number; width: number }[] {
  if (bar.run) {
    const [only] = shares(bar);
    const look = only?.look ?? "other";
    const wait = bar.began === null ? 0 : began - x;
    const work = Math.max(width - wait, LEAST_WIDTH / 2);
    return [...(wait >= 1 ? [{ look: "wait", x, width: wait }] : []), { look, x: x + width - work, width: work }];
  }
  return shares(bar).map(({ look, from, to }) => ({ look, x: x + from * width, width: (to - from) * width }));
}
