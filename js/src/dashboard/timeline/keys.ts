// Maps keys to moves of the timeline and of the focus. Pure functions.
import { keyOf } from "./Chart";
import type { LaneLayout, PlacedBar } from "./layout";

export interface Move {
  zoom?: number;
  /** The shift as a share of the visible range. */
  by?: number;
  /** Back to the current time. */
  home?: boolean;
}

const MOVES: Record<string, Move> = {
  "+": { zoom: 0.5 },
  "=": { zoom: 0.5 },
  "-": { zoom: 2 },
  _: { zoom: 2 },
  ArrowLeft: { by: -0.2 },
  ArrowRight: { by: 0.2 },
  PageUp: { by: -1 },
  PageDown: { by: 1 },
  Home: { home: true },
};

/** The zoom or move of a key; null for other keys and for keys with Ctrl, Alt or Meta. */
export function keyMove(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey" | "metaKey">): Move | null {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  return MOVES[event.key] ?? null;
}

/**
 * The key of the bar that an arrow key leads to: along the lane, or to the nearest bar of the next lane that has bars.
 */
export function neighbourKey(lanes: readonly LaneLayout[], key: string, arrow: string): string | null {
  const index = lanes.findIndex((lane) => lane.bars.some((placed) => keyOf(placed) === key));
  const lane = lanes[index];
  const from = lane?.bars.find((placed) => keyOf(placed) === key);
  if (lane === undefined || from === undefined) return null;
  if (arrow === "ArrowLeft" || arrow === "ArrowRight") {
    const along = [...lane.bars].sort((a, b) => a.bar.start - b.bar.start);
    const next = along[along.indexOf(from) + (arrow === "ArrowLeft" ? -1 : 1)];
    return next ? keyOf(next) : null;
  }
  if (arrow !== "ArrowUp" && arrow !== "ArrowDown") return null;
  const others = arrow === "ArrowUp" ? lanes.slice(0, index).reverse() : lanes.slice(index + 1);
  const next = others.find((each) => each.bars.length > 0);
  return next ? keyOf(nearest(next.bars, from.bar.start)) : null;
}

function nearest(bars: readonly PlacedBar[], start: number): PlacedBar {
  return bars.reduce((best, each) => (distance(each, start) < distance(best, start) ? each : best));
}

const distance = ({ bar }: PlacedBar, start: number) => Math.abs(bar.start - start);
