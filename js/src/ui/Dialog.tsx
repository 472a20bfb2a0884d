// A window above the page: it takes the focus, keeps it until it is closed, and gives it back.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useUid } from "./fields";
import { Icon } from "./icons";
import { bringInSight } from "./inSight";
import { Button } from "./parts";

const FOCUSABLE =
  "button:not(:disabled), a[href], input:not(:disabled, [type=hidden], [tabindex='-1']), select:not(:disabled), textarea:not(:disabled), summary, [tabindex='0']";

interface DialogProps {
  title: ComponentChildren;
  /** Asked for by Escape, the cross, and a press beside the window; the owner then stops showing it. */
  onClose: () => void;
  children: ComponentChildren;
  /** The buttons at the bottom. */
  actions?: ComponentChildren;
  size?: "small" | "large";
  /** `alertdialog` for a question that has to be answered. */
  role?: "dialog" | "alertdialog";
  /** Enter in a field does this. */
  onEnter?: (() => void) | undefined;
}

/**
 * Modal while it is rendered. The focus goes to the element with `autofocus`, else to the first control of its body.
 * When it goes, the focus returns to where it was.
 */
export function Dialog({ title, onClose, children, actions, onEnter, size = "small", role = "dialog" }: DialogProps) {
  const frame = useRef<HTMLDialogElement>(null);
  const page = useRef<HTMLDivElement>(null);
  const id = useUid();
  useModal(frame, page);
  return (
    <dialog
      ref={frame}
      class={`csw-dialog csw-dialog-${size}`}
      role={role}
      aria-modal="true"
      aria-labelledby={`${id}-title`}
      {...(role === "alertdialog" && { "aria-describedby": `${id}-body` })}
      onCancel={(event) => {
        if (event.target !== event.currentTarget) return; // a choice of a file in it was given up
        event.preventDefault(); // the owner decides
        onClose();
      }}
      onKeyDown={(event) => {
        keepInside(event, frame.current);
        // Not for a key that is still held from the button that opened the window.
        if (onEnter && event.key === "Enter" && !event.repeat && event.target instanceof HTMLInputElement) onEnter();
      }}
      onPointerDown={(event) => {
        if (event.target === frame.current) onClose();
      }}
    >
      <div ref={page} class="csw-dialog-page" />
      <div class="csw-dialog-frame">
        <header class="csw-dialog-head">
          <h3 id={`${id}-title`}>{title}</h3>
          <Button kind="quiet" label="Close" onClick={onClose}>
            <Icon name="close" />
          </Button>
        </header>
        <div class="csw-dialog-body" id={`${id}-body`}>
          {children}
        </div>
        {actions ? <footer class="csw-dialog-actions">{actions}</footer> : null}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  title: ComponentChildren;
  children: ComponentChildren;
  /** What the button that does it says. */
  action: string;
  kind?: "primary" | "danger";
  cancel?: string;
  busy?: boolean;
  /** Why it could not be done. */
  error?: string;
  onConfirm: () => void;
  onClose: () => void;
  /** What the button that does nothing does, if it is more than closing. */
  onCancel?: () => void;
}

/** A question before something is done. The focus is on the button that does nothing, unless the body has a field. */
export function Confirm(props: ConfirmProps) {
  const {
    title,
    children,
    action,
    kind = "danger",
    cancel = "Cancel",
    busy = false,
    error,
    onConfirm,
    onClose,
    onCancel = onClose,
  } = props;
  const buttons = (
    <>
      <Button onClick={onCancel}>{cancel}</Button>
      <Button kind={kind} busy={busy} onClick={onConfirm}>
        {action}
      </Button>
    </>
  );
  return (
    <Dialog title={title} role="alertdialog" onClose={onClose} actions={buttons} onEnter={busy ? undefined : onConfirm}>
      {children}
      {error ? (
        <p class="csw-note csw-note-error" role="alert">
          {error}
        </p>
      ) : null}
    </Dialog>
  );
}

function useModal(frame: { current: HTMLDialogElement | null }, page: { current: HTMLDivElement | null }): void {
  useLayoutEffect(() => {
    const dialog = frame.current;
    if (dialog === null || page.current === null) return;
    const before = document.activeElement;
    const row = before?.parentElement;
    dialog.style.visibility = "hidden"; // else the browser looks for a focus by itself, and scrolls there
    dialog.showModal();
    dialog.style.visibility = "";
    first(dialog)?.focus({ preventScroll: true });
    const stop = bringInSight(dialog, page.current);
    return () => {
      stop();
      const panel = dialog.parentElement?.closest<HTMLElement>(".csw-dialog, .csw-panel");
      dialog.close();
      // The button that opened it may be gone by then, or go with what was done. The place where it stood is the next
      // best: not the button beside it, which a second Enter would press. If that is gone as well, the panel is.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      setTimeout(() => {
        if (panel && document.activeElement === document.body) focusOn(row && panel.contains(row) ? row : panel);
      });
    };
  }, [frame, page]);
}

function focusOn(place: HTMLElement): void {
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

function first(dialog: HTMLDialogElement): HTMLElement | null {
  return (
    dialog.querySelector<HTMLElement>("[autofocus]") ??
    dialog.querySelector<HTMLElement>(`.csw-dialog-body :is(${FOCUSABLE})`) ??
    dialog.querySelector<HTMLElement>(`.csw-dialog-actions :is(${FOCUSABLE})`) ??
    dialog.querySelector<HTMLElement>(FOCUSABLE)
  );
}

/** Tab goes round within the window; a browser would let it out to its own controls. */
function keepInside(event: KeyboardEvent, dialog: HTMLDialogElement | null): void {
  if (event.key !== "Tab" || dialog === null) return;
  const all = [...dialog.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((each) => each.getClientRects().length > 0);
  const end = event.shiftKey ? all[0] : all.at(-1);
  if (event.target !== end) return;
  event.preventDefault();
  (event.shiftKey ? all.at(-1) : all[0])?.focus();
}
