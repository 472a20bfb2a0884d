import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/**
 * When a form ends, it takes its buttons and the focus with it, and what is shown in its place is often shorter, so that
 * the page stays scrolled to below it: the widget gets the focus then, and its head is brought in sight.
 */
export function useFormFocus(open: boolean, panel: RefObject<HTMLElement>): void {
  const before = useRef(open);
  useEffect(() => {
    const ended = before.current && !open;
    before.current = open;
    if (!ended || panel.current === null || document.activeElement !== document.body) return;
    panel.current.tabIndex = -1;
    panel.current.focus({ preventScroll: true });
    panel.current.querySelector(".csw-head")?.scrollIntoView({ block: "nearest" });
  }, [open, panel]);
}
