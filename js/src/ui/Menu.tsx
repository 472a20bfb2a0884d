// A button that unfolds a small panel below itself: filters, columns.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useUid } from "./fields";

interface MenuProps {
  label: ComponentChildren;
  title: string;
  children: ComponentChildren;
  onOpen?: () => void;
}

/** Escape, or a click anywhere else, folds it again. */
export function Menu({ label, title, children, onOpen }: MenuProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useUid();
  useEffect(() => {
    if (!open) return undefined;
    const outside = (event: Event) => {
      if (!event.composedPath().includes(box.current as EventTarget)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, [open]);
  const toggle = () => {
    if (!open) onOpen?.();
    setOpen(!open);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape works wherever in the panel the focus is
    <div
      ref={box}
      class="csw-menu"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button
        ref={button}
        type="button"
        class="csw-button csw-button-plain csw-small"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={toggle}
      >
        {label}
      </button>
      {open ? (
        // biome-ignore lint/a11y/useSemanticElements: a panel, not a part of a form
        <div id={id} class="csw-menu-panel" role="group" aria-label={title}>
          {children}
        </div>
      ) : null}
    </div>
  );
}
