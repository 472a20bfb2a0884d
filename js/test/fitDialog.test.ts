// Tests of fitting a dialog into the visible part of the page.
import { afterEach, expect, it, vi } from "vitest";
import { fitDialogToViewport } from "../src/ui/fitDialog";

afterEach(() => vi.unstubAllGlobals());

/** A window whose page is 12,000 pixels high and seen from `top` to `bottom`. */
function seen(top: number, bottom: number): { style: CSSStyleDeclaration; watched: () => boolean } {
  let notify: () => void = () => undefined;
  const disconnect = vi.fn();
  class Observer {
    disconnect = disconnect;
    constructor(callback: (entries: unknown[]) => void) {
      const intersectionRect = { top, bottom, height: bottom - top };
      notify = () => callback([{ intersectionRect, boundingClientRect: { top: 0, bottom: 12_000, height: 12_000 } }]);
    }
    observe(): void {
      notify();
    }
  }
  vi.stubGlobal("IntersectionObserver", Observer);
  const dialog = document.createElement("dialog");
  fitDialogToViewport(dialog, document.createElement("div"));
  return { style: dialog.style, watched: () => disconnect.mock.calls.length === 0 };
}

it("puts a window into the part of the page that is seen", () => {
  const { style, watched } = seen(5000, 5800);
  expect(style.insetBlock).toBe("5000px 6200px");
  expect(style.getPropertyValue("--csw-seen")).toBe("800px");
  expect(watched()).toBe(false);
});

it("leaves a window alone where all of the page is seen, or nothing", () => {
  for (const [top, bottom] of [
    [0, 12_000],
    [0, 0],
  ] as const) {
    expect(seen(top, bottom).style.cssText).toBe("");
  }
});
