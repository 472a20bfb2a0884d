// Tests of the export dialog.
import { act } from "preact/test-utils";
import { expect, it } from "vitest";
import type { Sent } from "./fakeHost";
import { renderWidgetForEach } from "./renderWidget";

const shown = renderWidgetForEach({ _kind: "wizard", connection: { state: "connected" }, draft: {} });

const button = (text: string) =>
  [...shown.el.querySelectorAll("button")].find((each) => each.textContent?.trim() === text);
const asked = (format: string) =>
  shown.host.sent.find(
    ({ action, payload }) => action === "export" && (payload as { format: string }).format === format,
  ) as Sent | undefined;
const text = () => shown.el.querySelector<HTMLTextAreaElement>("dialog textarea")?.value;
const choose = (label: string) =>
  act(() => {
    const segment = [...shown.el.querySelectorAll("dialog label")].find((each) => each.textContent === label);
    segment?.querySelector("input")?.dispatchEvent(new Event("input", { bubbles: true }));
  });
const answer = (format: string) =>
  act(async () => {
    shown.host.answer({ id: asked(format)?.id, ok: true, result: { name: "Nightly", text: `as ${format}` } });
    await new Promise((resolve) => setTimeout(resolve));
  });

it("offers no text of another format than the chosen one, whichever answer comes first", async () => {
  await act(() => button("Export")?.click());
  await answer("json");
  expect(text()).toBe("as json");
  await choose("YAML");
  expect([text(), button("Download")?.disabled]).toEqual(["", true]);
  shown.host.sent.length = 0;
  await choose("JSON");
  await choose("YAML");
  await answer("yaml");
  await answer("json");
  expect([text(), button("Download")?.disabled]).toEqual(["as yaml", false]);
});
