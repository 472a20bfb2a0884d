// Tests of the entry point: unknown widgets, clean-up, keys.
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

it("keeps plain keys to itself, but not those that a host needs", () => {
  const el = document.createElement("div");
  const around = document.createElement("div");
  around.append(el);
  const cleanUp = widget.render({ model: new FakeHost({ _kind: "none" }), el });
  const heard: string[] = [];
  around.addEventListener("keydown", ({ key }) => heard.push(key));
  const press = (key: string, options: KeyboardEventInit = {}, target: Element = el) =>
    target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...options }));
  for (const key of ["Enter", "Delete", "ArrowDown", "a"]) press(key);
  expect(heard).toEqual([]);
  press("s", { ctrlKey: true });
  press("P", { metaKey: true, shiftKey: true });
  press("Delete", { altKey: true });
  press("F1");
  press("Escape");
  expect(heard).toEqual(["s", "P", "Delete", "F1", "Escape"]);
  const inWindow = document.createElement("button");
  el.appendChild(document.createElement("dialog")).append(inWindow);
  press("Escape", {}, inWindow);
  expect(heard).toHaveLength(5);
  cleanUp();
  press("Enter");
  expect(heard).toHaveLength(6);
});

it("leaves the keys of an input method to it: an Enter that ends a composition confirms nothing", () => {
  const el = document.createElement("div");
  const cleanUp = widget.render({ model: new FakeHost({ _kind: "none" }), el });
  const input = el.appendChild(document.createElement("input"));
  const heard: string[] = [];
  input.addEventListener("keydown", ({ key }) => heard.push(key));
  const press = (options: KeyboardEventInit) =>
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, ...options }));
  press({ isComposing: true });
  press({ keyCode: 229 });
  expect(heard).toEqual([]);
  press({});
  expect(heard).toEqual(["Enter"]);
  cleanUp();
  press({ isComposing: true });
  expect(heard).toHaveLength(2);
});
