// A button that opens a small panel below itself, such as filters, columns or further actions.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useUid } from "./fields";

interface MenuProps {
  label: ComponentChildren;
  title: string;
  children: ComponentChildren;
  onOpen?: () => void;
  /** The panel is a list of buttons and closes when one is pressed. */
  actions?: boolean;
  /** A chosen action is under way. */
  busy?: boolean;
}

/** Escape or a press outside closes the panel. */
export function Menu({ label, title, children, onOpen, actions = false, busy = false }: MenuProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useUid();
  useEffect(() => {
    if (!open) return undefined;
    const closeOnPressOutside = (event: Event) => {
      if (!event.composedPath().includes(box.current as EventTarget)) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOnPressOutside, true);
    return () => document.removeEventListener("pointerdown", closeOnPressOutside, true);
  }, [open]);
  const toggle = () => {
    if (!open) onOpen?.();
    setOpen(!open);
  };
  // Returns the focus before the chosen button acts, so that a dialog it opens returns the focus to the menu's button.
  const closeAfterChoice = (event: Event) => {
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
          onClickCapture={actions ? closeAfterChoice : undefined}
        >
          {children}
        </div>
      ) : null}
    </div>
  );
}
