import { expect, it } from "vitest";
import widget from "../src/index";
import { FakeHost } from "./fakeHost";

it("says as text what is wrong when the kind of widget is unknown, and cleans up after itself", () => {
  const host = new FakeHost({ _kind: "<img src=x>" });
  const el = document.createElement("div");
  const cleanUp = widget.render({ model: host, el });
  expect(el.querySelector("[role=alert]")?.textContent).toContain('of the kind "<img src=x>"');
  expect(el.querySelector("img")).toBeNull();
  cleanUp();
  expect(el.textContent).toBe("");
  expect(host.listenerCount()).toBe(0);
});
