// Moves a card by dragging its handle with a mouse, a pen or a finger. For the keyboard there are buttons.
import { useEffect, useRef, useState } from "preact/hooks";

export interface Drag {
  /** Whether the card is dragged, or where the dragged card would be dropped next to it. */
  state: "" | "dragged" | "drop-before" | "drop-after";
  onPointerDown: (event: PointerEvent) => void;
}

interface Dragging {
  id: string;
  /** The index at which the card would be dropped. */
  to: number;
}

/** The index of a drop at height `y`, given the middles of the other cards. */
function dropIndex(y: number, middles: readonly number[]): number {
  return middles.filter((middle) => middle < y).length;
}

export function useDrag(ids: readonly string[], onMove: (index: number, by: number) => void) {
  const [dragging, setDragging] = useState<Dragging | null>(null);
  const end = useRef<(() => void) | null>(null);
  useEffect(() => () => end.current?.(), []);

  const start = (id: string, event: PointerEvent) => {
    const handle = event.currentTarget;
    if (event.button !== 0 || !(handle instanceof HTMLElement) || ids.length < 2) return;
    event.preventDefault();
    const list = handle.closest(".csw-items");
    const from = ids.indexOf(id);
    let to = from;
    const others = ids.filter((each) => each !== id);
    const controller = new AbortController();
    const { signal } = controller;
    end.current = () => {
      controller.abort();
      end.current = null;
      setDragging(null);
    };
    const follow = ({ clientY }: PointerEvent) => {
      const cards = others.map((each) => list?.querySelector(`[data-item="${CSS.escape(each)}"]`));
      const middles = cards.map((card) => {
        const box = card?.getBoundingClientRect();
        return box ? box.top + box.height / 2 : Number.POSITIVE_INFINITY;
      });
      to = dropIndex(clientY, middles);
      setDragging({ id, to });
    };
    const cancel = (key: KeyboardEvent) => {
      if (key.key !== "Escape") return;
      key.preventDefault();
      key.stopPropagation();
      end.current?.();
    };
    handle.setPointerCapture(event.pointerId);
    handle.addEventListener("pointermove", follow, { signal });
    handle.addEventListener("pointercancel", () => end.current?.(), { signal });
    handle.addEventListener(
      "pointerup",
      () => {
        end.current?.();
        onMove(from, to - from);
      },
      { signal },
    );
    window.addEventListener("keydown", cancel, { signal, capture: true });
    setDragging({ id, to: from });
  };

  return (id: string): Drag => ({
    state: dragging === null ? "" : stateOf(id, dragging, ids),
    onPointerDown: (event) => start(id, event),
  });
}

function stateOf(id: string, { id: dragged, to }: Dragging, ids: readonly string[]): Drag["state"] {
  if (id === dragged) return "dragged";
  if (to === ids.indexOf(dragged)) return "";
  const others = ids.filter((each) => each !== dragged);
  const index = others.indexOf(id);
  if (index === to) return "drop-before";
  return index === others.length - 1 && to === others.length ? "drop-after" : "";
}
