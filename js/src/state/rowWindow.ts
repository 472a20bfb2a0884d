// Which rows of a long list are on the page, and where the keys lead. All rows have the same height.

/** What of the list is in sight, in pixels; `pitch` is the distance from one row to the next. */
export interface Sight {
  top: number;
  tall: number;
  pitch: number;
}

const WHOLE = 100; // rows of a list that is on the page as a whole
const MORE = 8; // rows beyond what is in sight, so that scrolling a little shows no gap

/** The places of the rows to show, ascending: what is in sight, and the one that the keyboard is at. */
export function inSight(count: number, { top, tall, pitch }: Sight, at: number): number[] {
  if (count <= WHOLE) return Array.from({ length: count }, (_, place) => place);
  const last = Math.min(count - 1, Math.ceil((top + tall) / pitch) + MORE);
  const first = Math.max(0, Math.min(Math.floor(top / pitch) - MORE, last));
  const places = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  if (at < first) return [at, ...places];
  return at > last && at < count ? [...places, at] : places;
}

/** Where a key leads from a place; null for a key that leads nowhere. */
export function moved(key: string, place: number, count: number, { tall, pitch }: Sight): number | null {
  const page = Math.max(1, Math.floor(tall / pitch) - 1);
  const steps: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  return step === undefined || count === 0 ? null : Math.max(0, Math.min(place + step, count - 1));
}

/** How far to scroll for an unfolded row and what belongs to it, from `start` to `end`: its beginning is in sight always. */
export function unfolded(start: number, end: number, { top, tall }: Omit<Sight, "pitch">): number {
  return Math.min(start, Math.max(top, end - tall));
}

/** How far the list is to be scrolled for a row to be in sight: not at all, if it is. */
export function reveal(place: number, count: number, { top, tall, pitch }: Sight): number {
  const highest = Math.max(0, Math.min(place, count - 1)) * pitch;
  return Math.min(highest, Math.max(top, highest + pitch - tall));
}
