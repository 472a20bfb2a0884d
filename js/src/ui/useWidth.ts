// Measures the width of an element.
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** A ref for an element, and its current width in whole pixels; 0 before the first measurement. */
export function useWidth() {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (element.current === null) return;
    setWidth(element.current.clientWidth); // measured before the first paint
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    watch.observe(element.current);
    return () => watch.disconnect();
  }, []);
  return [element, width] as const;
}
