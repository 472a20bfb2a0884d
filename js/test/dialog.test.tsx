// Tests of dialogs: focus, closing, keys.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Confirm } from "../src/ui/Dialog";

let el: HTMLElement;
let opener: HTMLButtonElement;

beforeEach(() => {
  opener = document.createElement("button");
  el = document.createElement("div");
  el.className = "csw-panel";
  document.body.append(opener, el);
  opener.focus();
});

afterEach(async () => {
  await act(() => render(null, el));
  el.remove();
  opener.remove();
});

async function show(onConfirm = vi.fn(), onClose = vi.fn()): Promise<HTMLDialogElement> {
  await act(() =>
    render(
      <Confirm title="Stop it?" action="Stop now" cancel="Keep it" onConfirm={onConfirm} onClose={onClose}>
        Tasks that it launched go on.
        <input type="hidden" />
      </Confirm>,
      el,
    ),
  );
  const dialog = el.querySelector("dialog");
  if (dialog === null) throw new Error("there is no dialog");
  return dialog;
}

const named = (dialog: HTMLElement, text: string) =>
  [...dialog.querySelectorAll("button")].find((each) => each.textContent === text);

it("takes the focus to the button that does nothing, and says what it is about", async () => {
  const dialog = await show();
  expect(dialog.open).toBe(true);
  expect(document.activeElement).toBe(named(dialog, "Keep it"));
  const [title, body] = ["aria-labelledby", "aria-describedby"].map((name) =>
    document.getElementById(dialog.getAttribute(name) ?? ""),
  );
  expect([title?.textContent, body?.textContent]).toEqual(["Stop it?", "Tasks that it launched go on."]);
});

it("asks its owner to close at Escape and at a press beside it, not at one inside", async () => {
  const onClose = vi.fn();
  const dialog = await show(vi.fn(), onClose);
  dialog.dispatchEvent(new Event("cancel", { cancelable: true }));
  dialog.querySelector("h3")?.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  expect(onClose).toHaveBeenCalledTimes(1);
  dialog.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  expect(onClose).toHaveBeenCalledTimes(2);
  expect(dialog.open).toBe(true);
});

it("gives the focus back to what opened it, or to the panel if that is gone", async () => {
  await show();
  await act(() => render(null, el));
  expect(document.activeElement).toBe(opener);
  await show();
  opener.remove();
  await act(() => render(null, el));
  await vi.waitFor(() => expect(document.activeElement).toBe(el));
});

it("takes the focus to where the button was that opened it, if only that is gone", async () => {
  const row = document.createElement("div");
  const other = document.createElement("button");
  row.append(opener, other);
  el.append(row);
  opener.focus();
  const [onConfirm, onClose] = [vi.fn(), vi.fn()];
  const held = el.appendChild(document.createElement("div"));
  await act(() =>
    render(<Confirm {...{ title: "Pause it?", action: "Pause", children: "?", onConfirm, onClose }} />, held),
  );
  opener.remove();
  await act(() => render(null, held));
  await vi.waitFor(() => expect(document.activeElement).toBe(row));
});

it("does what it asks about at Enter in a field", async () => {
  const onConfirm = vi.fn();
  const dialog = await show(onConfirm);
  const press = (key: string, repeat = false) =>
    dialog.querySelector("input")?.dispatchEvent(new KeyboardEvent("keydown", { key, repeat, bubbles: true }));
  press("a");
  press("Enter", true); // held since it opened the window
  expect(onConfirm).not.toHaveBeenCalled();
  press("Enter");
  expect(onConfirm).toHaveBeenCalledTimes(1);
});

it("stays when the browser's window for choosing a file is closed without a choice", async () => {
  const onClose = vi.fn();
  const dialog = await show(vi.fn(), onClose);
  dialog.querySelector("input")?.dispatchEvent(new Event("cancel", { bubbles: true }));
  expect(onClose).not.toHaveBeenCalled();
});
