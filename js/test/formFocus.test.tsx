// Tests of the focus after a form closes.
import { render } from "preact";
import { useRef } from "preact/hooks";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useFormFocus } from "../src/editing/useFormFocus";

const seen = vi.fn();
let el: HTMLElement;

beforeEach(() => {
  Element.prototype.scrollIntoView = seen;
  seen.mockClear();
  el = document.createElement("div");
  document.body.append(el);
});

afterEach(async () => {
  await act(() => render(null, el));
  el.remove();
});

function Widget({ open }: { open: boolean }) {
  const panel = useRef<HTMLElement>(null);
  useFormFocus(open, panel);
  return (
    <section ref={panel}>
      <header class="csw-head">
        <button type="button">Stays</button>
      </header>
      {open ? (
        <button type="button" class="launch">
          Launch
        </button>
      ) : null}
    </section>
  );
}

const show = (open: boolean) => act(() => render(<Widget open={open} />, el));

it("takes the focus that went with the form, and shows the widget's head", async () => {
  await show(true);
  el.querySelector<HTMLElement>(".launch")?.focus();
  await show(false);
  expect(document.activeElement).toBe(el.querySelector("section"));
  expect(seen.mock.contexts).toEqual([el.querySelector(".csw-head")]);
});

it("leaves the focus where the user has it, and takes none when nothing ends", async () => {
  await show(false);
  expect(document.activeElement).toBe(document.body);
  await show(true);
  el.querySelector<HTMLElement>(".csw-head button")?.focus();
  await show(false);
  expect(document.activeElement?.textContent).toBe("Stays");
  expect(seen).not.toHaveBeenCalled();
});
