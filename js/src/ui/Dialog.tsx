// A modal dialog: it takes the focus, keeps it while it is open, and returns it when it closes.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useUid } from "./fields";
import { fitDialogToViewport } from "./fitDialog";
import { Icon } from "./icons";
import { Button } from "./parts";

const FOCUSABLE =
  "button:not(:disabled), a[href], input:not(:disabled, [type=hidden], [tabindex='-1']), select:not(:disabled), textarea:not(:disabled), summary, [tabindex='0']";

interface DialogProps {
  title: ComponentChildren;
  /** Called for Escape, the close button, and a press outside of the dialog; the owner then unmounts the dialog. */
  onClose: () => void;
  children: ComponentChildren;
  /** The buttons at the bottom. */
  actions?: ComponentChildren;
  size?: "small" | "large";
  /** `alertdialog` for a question that has to be answered. */
  role?: "dialog" | "alertdialog";
  /** Called for Enter in a field. */
  onEnter?: (() => void) | undefined;
}

/**
 * Modal while it is mounted. The focus goes to the element with `autofocus`, else to the first control of the body, and
 * returns to where it was after the dialog closes.
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
        if (event.target !== event.currentTarget) return; // a file chooser inside the dialog was cancelled
        event.preventDefault(); // the owner closes the dialog
        onClose();
      }}
      onKeyDown={(event) => {
        trapFocus(event, frame.current);
        // Ignores a key that is still held down from the button that opened the dialog.
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
  /** The text of the confirming button. */
  action: string;
  kind?: "primary" | "danger";
  cancel?: string;
  busy?: boolean;
  /** Why the action failed. */
  error?: string;
  onConfirm: () => void;
  onClose: () => void;
  /** Called by the cancelling button, if that does more than close. */
  onCancel?: () => void;
}

/** A question before an action. The cancelling button gets the focus, unless the body has a field. */
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
    const previousFocus = document.activeElement;
    const row = previousFocus?.parentElement;
    dialog.style.visibility = "hidden"; // keeps the browser from choosing a focus itself and scrolling to it
    dialog.showModal();
    dialog.style.visibility = "";
    firstFocusable(dialog)?.focus({ preventScroll: true });
    const stop = fitDialogToViewport(dialog, page.current);
    return () => {
      stop();
      const panel = dialog.parentElement?.closest<HTMLElement>(".csw-dialog, .csw-panel");
      dialog.close();
      // The button that opened the dialog may be gone by now, or go with what was done. Its place gets the focus then,
      // else the panel; not the next button, which a second Enter would press.
      if (previousFocus instanceof HTMLElement && previousFocus.isConnected) previousFocus.focus();
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

function firstFocusable(dialog: HTMLDialogElement): HTMLElement | null {
  return (
    dialog.querySelector<HTMLElement>("[autofocus]") ??
    dialog.querySelector<HTMLElement>(`.csw-dialog-body :is(${FOCUSABLE})`) ??
    dialog.querySelector<HTMLElement>(`.csw-dialog-actions :is(${FOCUSABLE})`) ??
    dialog.querySelector<HTMLElement>(FOCUSABLE)
  );
}

/** Keeps Tab inside the dialog; the browser would let it out to its own controls. */
function trapFocus(event: KeyboardEvent, dialog: HTMLDialogElement | null): void {
  if (event.key !== "Tab" || dialog === null) return;
  const all = [...dialog.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((each) => each.getClientRects().length > 0);
  const end = event.shiftKey ? all[0] : all.at(-1);
  if (event.target !== end) return;
  event.preventDefault();
  (event.shiftKey ? all.at(-1) : all[0])?.focus();
}
