// A button that unfolds a small panel below itself: filters, columns, what else can be done.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useUid } from "./fields";

interface MenuProps {
  label: ComponentChildren;
  title: string;
  children: ComponentChildren;
  onOpen?: () => void;
  /** Its panel is a list of buttons: it folds when one is pressed. */
  actions?: boolean;
  /** What was chosen in it is under way. */
  busy?: boolean;
}

/** Escape, or a click anywhere else, folds it again. */
export function Menu({ label, title, children, onOpen, actions = false, busy = false }: MenuProps) {
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
  // The focus goes back before the button does its work: a window that it opens returns the focus to where it was.
  const chosen = (event: Event) => {
    if (!(event.target as Element).closest("button")) return;
    setOpen(false);
    button.current?.focus();
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
        class={`csw-button csw-button-plain ${actions ? "" : "csw-small"}`}
        aria-busy={busy}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={toggle}
      >
        {label}
      </button>
      {open ? (
        // biome-ignore lint/a11y/useSemanticElements: a panel, not a part of a form
        <div
          id={id}
          class={`csw-menu-panel ${actions ? "csw-menu-actions" : ""}`}
          role="group"
          aria-label={title}
          onClickCapture={actions ? chosen : undefined}
        >
          {children}
        </div>
      ) : null}
    </div>
  );
}
