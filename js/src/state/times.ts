// How times are shown, in all tables of this page: in UTC or the browser's zone, as clock times or from now.
import { useEffect, useState } from "preact/hooks";

export interface Times {
  utc: boolean;
  relative: boolean;
}

let times: Times = { utc: false, relative: false };
const listeners = new Set<() => void>();

export function setTimes(change: Partial<Times>): void {
  times = { ...times, ...change };
  for (const listener of [...listeners]) listener();
}

/** The present choice; the component renders again when the user changes it. */
export function useTimes(): Times {
  const [, render] = useState(times);
  useEffect(() => {
    const again = () => render(times);
    listeners.add(again);
    return () => {
      listeners.delete(again);
    };
  }, []);
  return times;
}
