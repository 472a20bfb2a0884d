// Keeps the time window of the timeline, and asks the kernel for the data of that window.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { DashboardTraits } from "../../messages/dashboard";
import type { TimelineData } from "../../messages/timeline";
import type { ViewModel } from "../../model";
import { followingWindow, HOUR, lengthOf, rangeAt, type TimelineWindow, type TimeRange } from "./scale";

const ASK_AFTER_MS = 120;
const BUCKET_PIXELS = 10; // pixels of a bucket; runs that start in one bucket share a bar

export type RequestState = "" | "asking" | "waiting";

/** Whether the data covers the visible range at about the right resolution. */
export function covers(data: Partial<TimelineData>, window: TimelineWindow, shown: TimeRange, width: number): boolean {
  if (data.from === undefined || data.to === undefined || data.bucket === undefined) return false;
  const bucket = (lengthOf(window) / width) * BUCKET_PIXELS;
  const fine = data.bucket < 2 * bucket && data.bucket > bucket / 2;
  const kind = data.follow === window.follow && (!window.follow || data.length === lengthOf(window));
  return fine && kind && data.from <= shown.start && data.to >= shown.end;
}

export function useWindow(model: ViewModel<DashboardTraits>, data: Partial<TimelineData>, width: number, now: number) {
  const [window, setWindow] = useState<TimelineWindow>(() =>
    data.follow && data.length ? followingWindow(data.length) : followingWindow(6 * HOUR),
  );
  const step = Math.max(1000, lengthOf(window) / Math.max(1, width));
  const { start, end } = rangeAt(window, now, step);
  const shown = useMemo(() => ({ start, end }), [start, end]); // the same object until the range moves
  const [asking, setAsking] = useState<RequestState>("");
  const latest = useRef(0);
  const isCovered = width <= 0 || covers(data, window, shown, width);
  useEffect(() => {
    if (isCovered) return;
    const timer = setTimeout(() => {
      const number = ++latest.current;
      const settle = (next: RequestState) => number === latest.current && setAsking(next);
      const { start, end } = window.follow ? { start: 0, end: lengthOf(window) } : window;
      const payload = { from: start, to: end, buckets: bucketCount(width), follow: window.follow };
      setAsking("asking");
      model
        .request("timeline", payload, { slowAfterMs: 1000, onSlow: () => settle("waiting") })
        .catch(() => undefined)
        .then(() => settle(""));
    }, ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [model, window, width, isCovered]);
  return { window, setWindow, shown, asking: isCovered ? ("" as const) : asking };
}

const bucketCount = (width: number) => Math.min(1000, Math.max(10, Math.ceil(width / BUCKET_PIXELS)));
