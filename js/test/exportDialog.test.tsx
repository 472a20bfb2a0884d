import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it } from "vitest";
import widget from "../src/index";
import { FakeHost, type Sent } from "./fakeHost";

let host: FakeHost;
let el: HTMLElement;
let cleanUp: () => void;

beforeEach(async () => {
  host = new FakeHost({ _kind: "wizard", connection: { state: "connected" }, draft: {} });
  el = document.body.appendChild(document.createElement("div"));
  await act(() => {
    cleanUp = widget.render({ model: host, el });
  });
});

afterEach(async () => {
  await act(() => cleanUp());
  render(null, el);
  el.remove();
});

const button = (text: string) => [...el.querySelectorAll("button")].find((each) => each.textContent?.trim() === text);
const asked = (format: string) =>
  host.sent.find(({ action, payload }) => action === "export" && (payload as { format: string }).format === format) as
    | Sent
    | undefined;
const text = () => el.querySelector<HTMLTextAreaElement>("dialog textarea")?.value;
const choose = (label: string) =>
  act(() => {
    const segment = [...el.querySelectorAll("dialog label")].find((each) => each.textContent === label);
    segment?.querySelector("input")?.dispatchEvent(new Event("input", { bubbles: true }));
  });
const answer = (format: string) =>
  act(async () => {
    host.answer({ id: asked(format)?.id, ok: true, result: { name: "Nightly", text: `as ${format}` } });
    await new Promise((resolve) => setTimeout(resolve));
  });

it("offers no text of another format than the chosen one, whichever answer comes first", async () => {
  await act(() => button("Export")?.click());
  await answer("json");
  expect(text()).toBe("as json");
  await choose("YAML");
  expect([text(), button("Download")?.disabled]).toEqual(["", true]);
  host.sent.length = 0;
  await choose("JSON");
  await choose("YAML");
  await answer("yaml");
  await answer("json");
  expect([text(), button("Download")?.disabled]).toEqual(["as yaml", false]);
});
