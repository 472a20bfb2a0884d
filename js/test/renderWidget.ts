// Renders a widget for each test of a file.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach } from "vitest";
import widget from "../src/index";
import { FakeHost } from "./fakeHost";

interface Shown {
  host: FakeHost;
  el: HTMLElement;
}

/** A widget with these traits, new for each test of the file that calls this. */
export function renderWidgetForEach(traits: Record<string, unknown>): Shown {
  const shown = {} as Shown;
  let cleanUp: () => void;
  beforeEach(async () => {
    shown.host = new FakeHost(traits);
    shown.el = document.body.appendChild(document.createElement("div"));
    await act(() => {
      cleanUp = widget.render({ model: shown.host, el: shown.el });
    });
  });
  afterEach(async () => {
    await act(() => cleanUp());
    render(null, shown.el);
    shown.el.remove();
  });
  return shown;
}
