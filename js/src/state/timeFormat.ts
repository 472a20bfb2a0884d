// The format of times in all tables: in UTC or the browser's time zone, as clock times or relative to now.
import { useEffect, useState } from "preact/hooks";

export interface TimeFormat {
  utc: boolean;
  relative: boolean;
}

let current: TimeFormat = { utc: false, relative: false };
const listeners = new Set<() => void>();

export function setTimeFormat(change: Partial<TimeFormat>): void {
  current = { ...current, ...change };
  for (const listener of [...listeners]) listener();
}

/** The current format; the component renders again when the user changes it. */
export function useTimeFormat(): TimeFormat {
  const [, render] = useState(current);
  useEffect(() => {
    const rerender = () => render(current);
    listeners.add(rerender);
    return () => {
      listeners.delete(rerender);
    };
  }, []);
  return current;
}
