// Tests of the Wizard widget.
import { act } from "preact/test-utils";
import { expect, it, vi } from "vitest";
import { defaultQueue, queueOptions } from "../src/wizard/ActionFields";
import type { Sent } from "./fakeHost";
import { renderWidgetForEach } from "./renderWidget";

const shown = renderWidgetForEach({
  _kind: "wizard",
  connection: { state: "connected", user: "<b>Ann</b>" },
  draft: {},
});

function field(label: string): HTMLInputElement {
  const found = [...shown.el.querySelectorAll("label")].find((each) => each.textContent === label);
  const input = found && document.getElementById(found.htmlFor);
  if (!(input instanceof HTMLInputElement)) throw new Error(`there is no field ${label}`);
  return input;
}

const button = (text: string) =>
  [...shown.el.querySelectorAll("button")].find((each) => each.textContent?.trim() === text);
const asked = (action: string): Sent | undefined => shown.host.sent.filter((each) => each.action === action).at(-1);

it("puts what Python refuses beside the field, as its description", async () => {
  await act(() => button("Launch")?.click());
  const { id } = asked("launch") as Sent;
  const problems = [{ path: "schedules[0].recurrence.times", message: "expected at least one time of day" }];
  await act(async () => shown.host.answer({ id, ok: false, error: { message: "no", problems } }));
  const times = field("Times of the day");
  await expect.poll(() => times.getAttribute("aria-invalid")).toBe("true");
  const notes = document.getElementById(times.getAttribute("aria-describedby") ?? "");
  expect(notes?.querySelector("[role=alert]")?.textContent).toBe("Expected at least one time of day.");
});

it("shows what the server calls things as text", () => {
  expect(shown.el.querySelector(".csw-connection b")).toBeNull();
  expect(shown.el.querySelector(".csw-connection")?.textContent).toContain("<b>Ann</b>");
});

it("sends what was typed, with the place to run it in", async () => {
  const name = field("Name");
  name.value = "Nightly";
  await act(() => {
    name.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await act(() => button("Launch")?.click());
  expect(asked("launch")?.payload).toMatchObject({ where: "kernel", data: { name: "Nightly" } });
});

it("says what came of a launch", async () => {
  await act(() => button("Launch")?.click());
  const { id } = asked("launch") as Sent;
  const instance = { id: "i1", name: "Nightly", status: "running", where: "kernel", user: "", started: null };
  await act(async () => shown.host.answer({ id, ok: true, result: { instance } }));
  await expect
    .poll(() => shown.el.querySelector(".csw-done")?.textContent)
    .toContain("Nightly is running in this kernel.");
});

it("names queues without an agent, and keeps a chosen one that the server lacks", () => {
  const queues = [
    { id: "1", name: "default", watched: true },
    { id: "2", name: "gpu", watched: false },
  ];
  expect(queueOptions(queues, "gpu")).toEqual([
    ["default", "default"],
    ["gpu", "gpu (no agent)"],
  ]);
  expect(queueOptions(queues, "old")[0]).toEqual(["old", "old (not on this server)"]);
  expect(queueOptions(null, "old")).toEqual([["old", "old"]]);
});

it("begins with the usual queue, else with one that an agent serves", () => {
  const queue = (name: string, watched: boolean) => ({ id: name, name, watched });
  expect(defaultQueue(null)).toBe("default");
  expect(defaultQueue([queue("a", true), queue("default", false)])).toBe("default");
  expect(defaultQueue([queue("a", false), queue("b", true)])).toBe("b");
  expect(defaultQueue([queue("a", false)], "services")).toBe("a");
  expect(defaultQueue([])).toBe("default");
});

it("brings the user to the first field that Python refused", async () => {
  await act(() => button("Launch")?.click());
  const { id } = asked("launch") as Sent;
  const problems = [{ path: "schedules[0].action.task", message: "expected some text" }];
  await act(async () => shown.host.answer({ id, ok: false, error: { message: "no", problems } }));
  await expect.poll(() => document.activeElement).toBe(field("Base task"));
});

it("names the field of which one value is wrong where the next run would stand, once the user has left it", async () => {
  const times = field("Times of the day");
  times.value = "24:00";
  await act(() => void times.dispatchEvent(new Event("input", { bubbles: true })));
  await act(() => void times.dispatchEvent(new Event("blur")));
  await expect.poll(() => asked("validate")).toBeDefined();
  const { id } = asked("validate") as Sent;
  const problems = [{ path: "schedules[0].recurrence.times[0]", message: "expected a time" }];
  await act(async () => shown.host.answer({ id, ok: true, result: { problems, items: {} } }));
  await expect
    .poll(() => shown.el.querySelector(".csw-runs-next .csw-sentence")?.textContent)
    .toBe("Missing or not right yet: times of the day.");
});

it("says on the button that a launch waits for the running cell, and what to expect", async () => {
  vi.useFakeTimers();
  await act(() => button("Launch")?.click());
  await act(async () => void (await vi.advanceTimersByTimeAsync(2000))); // neither the launch nor a ping is answered
  expect(button("Waiting for the running cell …")?.getAttribute("aria-disabled")).toBe("true");
  expect(shown.el.textContent).toContain("nothing has to be pressed again");
  const { id } = asked("open") as Sent;
  await act(async () => shown.host.answer({ id, ok: true, result: {} }));
  await act(async () => void (await vi.advanceTimersByTimeAsync(10)));
  expect(button("Launching …")?.getAttribute("aria-disabled")).toBe("true");
  expect(shown.el.textContent).toContain("The server checks tasks and queues");
  vi.useRealTimers();
});
