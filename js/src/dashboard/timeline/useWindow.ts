// The stretch of time that this view shows, and asking the kernel for what it does not have yet.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { DashboardTraits } from "../../messages/dashboard";
import type { TimelineData } from "../../messages/timeline";
import type { ViewModel } from "../../model";
import { at, following, HOUR, lengthOf, type Stretch, type Window } from "./scale";

const ASK_AFTER_MS = 120;
const PIXELS = 10; // of a bucket: what begins closer together is one bar

export type Asking = "" | "asking" | "waiting";

/** Whether the picture shows the window well enough. */
export function covers(data: Partial<TimelineData>, window: Window, shown: Stretch, width: number): boolean {
  if (data.from === undefined || data.to === undefined || data.bucket === undefined) return false;
  const bucket = (lengthOf(window) / width) * PIXELS;
  const fine = data.bucket < 2 * bucket && data.bucket > bucket / 2;
  const kind = data.follow === window.follow && (!window.follow || data.length === lengthOf(window));
  return fine && kind && data.from <= shown.start && data.to >= shown.end;
}

export function useWindow(model: ViewModel<DashboardTraits>, data: Partial<TimelineData>, width: number, now: number) {
  const [window, setWindow] = useState<Window>(() =>
    data.follow && data.length ? following(data.length) : following(6 * HOUR),
  );
  const step = Math.max(1000, lengthOf(window) / Math.max(1, width));
  const { start, end } = at(window, now, step);
  const shown = useMemo(() => ({ start, end }), [start, end]); // the same one while nothing moves
  const [asking, setAsking] = useState<Asking>("");
  const latest = useRef(0);
  const enough = width <= 0 || covers(data, window, shown, width);
  useEffect(() => {
    if (enough) return;
    const timer = setTimeout(() => {
      const number = ++latest.current;
      const settle = (next: Asking) => number === latest.current && setAsking(next);
      const { start, end } = window.follow ? { start: 0, end: lengthOf(window) } : window;
      const payload = { from: start, to: end, buckets: buckets(width), follow: window.follow };
      setAsking("asking");
      model
        .request("timeline", payload, { slowAfterMs: 1000, onSlow: () => settle("waiting") })
        .catch(() => undefined)
        .then(() => settle(""));
    }, ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [model, window, width, enough]);
  return { window, setWindow, shown, asking: enough ? ("" as const) : asking };
}

const buckets = (width: number) => Math.min(1000, Math.max(10, Math.ceil(width / PIXELS)));
