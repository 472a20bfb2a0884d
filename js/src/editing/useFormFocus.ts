// Moves the focus to the widget when its form closes.
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/**
 * A form that closes takes the focused button with it, and the shorter content may leave the page scrolled too far
 * down. The widget gets the focus then, and its header is scrolled into view.
 */
export function useFormFocus(open: boolean, panel: RefObject<HTMLElement>): void {
  const wasOpen = useRef(open);
  useEffect(() => {
    const ended = wasOpen.current && !open;
    wasOpen.current = open;
    if (!ended || panel.current === null || document.activeElement !== document.body) return;
    panel.current.tabIndex = -1;
    panel.current.focus({ preventScroll: true });
    panel.current.querySelector(".csw-head")?.scrollIntoView({ block: "nearest" });
  }, [open, panel]);
}
