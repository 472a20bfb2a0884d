// Selects the rows of a long list to render, and the row that a key leads to. All rows have the same height.

/** The visible part of the list in pixels; `pitch` is the distance from one row to the next. */
export interface Viewport {
  top: number;
  height: number;
  pitch: number;
}

const MAX_UNWINDOWED_ROWS = 100; // longest list that is rendered completely
const OVERSCAN_ROWS = 8; // rows beyond the visible ones, so that a short scroll shows no gap

/** The indexes of the rows to render, ascending: the visible ones, and row `at`, which has the keyboard focus. */
export function visibleRows(count: number, { top, height, pitch }: Viewport, at: number): number[] {
  if (count <= MAX_UNWINDOWED_ROWS) return Array.from({ length: count }, (_, index) => index);
  const last = Math.min(count - 1, Math.ceil((top + height) / pitch) + OVERSCAN_ROWS);
  const first = Math.max(0, Math.min(Math.floor(top / pitch) - OVERSCAN_ROWS, last));
  const places = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  if (at < first) return [at, ...places];
  return at > last && at < count ? [...places, at] : places;
}

/** The index of the row that a key leads to; null for other keys. */
export function rowAfterKey(key: string, index: number, count: number, { height, pitch }: Viewport): number | null {
  const page = Math.max(1, Math.floor(height / pitch) - 1);
  const steps: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  return step === undefined || count === 0 ? null : Math.max(0, Math.min(index + step, count - 1));
}

/** The scroll position that shows a row and its details, from `start` to `end`. The start is always visible. */
export function scrollTopForDetails(start: number, end: number, { top, height }: Omit<Viewport, "pitch">): number {
  return Math.min(start, Math.max(top, end - height));
}

/** The scroll position that makes a row visible; unchanged if it is visible already. */
export function scrollTopForRow(index: number, count: number, { top, height, pitch }: Viewport): number {
  const highest = Math.max(0, Math.min(index, count - 1)) * pitch;
  return Math.min(highest, Math.max(top, highest + pitch - height));
}
