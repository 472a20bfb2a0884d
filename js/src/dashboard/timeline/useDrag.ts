// Moves the timeline by dragging it; a drag does not count as a click.
import { useRef } from "preact/hooks";
import { lengthOf, shiftRange, type TimelineWindow, type TimeRange } from "./scale";

const MIN_DRAG = 4; // pixels; a shorter move counts as a click

export function useDrag(shown: TimeRange, width: number, change: (window: TimelineWindow) => void) {
  const from = useRef<{ x: number; shown: TimeRange; dragged: boolean } | null>(null);
  const dragged = useRef(false);
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      dragged.current = false;
      from.current = { x: event.clientX, shown, dragged: false };
    },
    onPointerMove: (event: PointerEvent) => {
      if (event.buttons === 0) from.current = null; // the button was released outside of the page
      const start = from.current;
      if (start === null || width <= 0) return;
      const by = event.clientX - start.x;
      if (!start.dragged && Math.abs(by) < MIN_DRAG) return;
      if (!start.dragged) (event.currentTarget as Element).setPointerCapture(event.pointerId);
      start.dragged = dragged.current = true;
      change({ ...shiftRange(start.shown, (-by / width) * lengthOf(start.shown)), follow: false });
    },
    onPointerUp: () => {
      from.current = null;
    },
    onPointerCancel: () => {
      from.current = null;
    },
    // Prevents the browser's own drag of the element.
    onDragStart: (event: Event) => event.preventDefault(),
    onClickCapture: (event: MouseEvent) => {
      if (!dragged.current) return;
      dragged.current = false;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
