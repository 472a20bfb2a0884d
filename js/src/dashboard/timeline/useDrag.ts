// Moving the timeline by dragging it; a drag is no click.
import { useRef } from "preact/hooks";
import { lengthOf, moved, type Stretch, type Window } from "./scale";

const LEAST = 4; // pixels: less is a click

export function useDrag(shown: Stretch, width: number, change: (window: Window) => void) {
  const from = useRef<{ x: number; shown: Stretch; dragged: boolean } | null>(null);
  const dragged = useRef(false);
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      dragged.current = false;
      from.current = { x: event.clientX, shown, dragged: false };
    },
    onPointerMove: (event: PointerEvent) => {
      if (event.buttons === 0) from.current = null; // it was let go outside
      const start = from.current;
      if (start === null || width <= 0) return;
      const by = event.clientX - start.x;
      if (!start.dragged && Math.abs(by) < LEAST) return;
      if (!start.dragged) (event.currentTarget as Element).setPointerCapture(event.pointerId);
      start.dragged = dragged.current = true;
      change({ ...moved(start.shown, (-by / width) * lengthOf(start.shown)), follow: false });
    },
    onPointerUp: () => {
      from.current = null;
    },
    onPointerCancel: () => {
      from.current = null;
    },
    // A browser would drag the link itself.
    onDragStart: (event: Event) => event.preventDefault(),
    onClickCapture: (event: MouseEvent) => {
      if (!dragged.current) return;
      dragged.current = false;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
