// Tests of the rendered timeline.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as describe from "../src/dashboard/timeline/describe";
import { Timeline } from "../src/dashboard/timeline/Timeline";
import type { DashboardTraits, InstanceHead } from "../src/messages/dashboard";
import type { TimelineBar, TimelineData } from "../src/messages/timeline";
import { ViewModel } from "../src/model";
import { FakeHost } from "./fakeHost";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 22, 12);
const WIDTH = 1000;

vi.mock("../src/dashboard/timeline/describe", { spy: true });

function picture(): TimelineData {
  const bars = Array.from({ length: 300 }, (_, index): TimelineBar => {
    const start = NOW - 4 * HOUR + index * 40_000;
    return ["a", start, start + 1000, start + 20_000, "completed", `r${index}`];
  });
  const lanes = [{ item: "a", name: "Nightly", kind: "schedule" as const }];
  const [from, to] = [NOW - 10 * HOUR, NOW + 10 * HOUR];
  return { id: 1, length: 6 * HOUR, follow: true, from, to, bucket: (6 * HOUR) / (WIDTH / 10), lanes, bars, marks: [] };
}

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(WIDTH);
});
afterEach(() => void vi.restoreAllMocks());

function drawn() {
  const host = new FakeHost({ timeline: picture(), timeline_live: { id: 1, bars: [] } });
  const model = new ViewModel<DashboardTraits>(host);
  const root = document.body.appendChild(document.createElement("div"));
  const view = { id: "i1", whole: true } as InstanceHead;
  const draw = (now: number) => act(() => render(<Timeline {...{ model, view, now }} onRun={() => undefined} />, root));
  const end = () => {
    act(() => render(null, root));
    root.remove();
  };
  draw(NOW);
  return { root, draw, end };
}

it("draws no bar anew while nothing has moved that one could see", () => {
  const { root, draw, end } = drawn();
  const bars = root.querySelectorAll("[data-key]").length;
  expect(bars).toBeGreaterThan(50);
  const told = vi.mocked(describe.barText);
  told.mockClear();
  for (let second = 1; second <= 10; second++) draw(NOW + second * 1000); // a pixel is 21.6 seconds
  expect(told.mock.calls.length).toBeLessThanOrEqual(bars);
  end();
});

it("leaves the browser its keys on a bar, too", () => {
  const { root, end } = drawn();
  const press = (options: KeyboardEventInit) => {
    const event = new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, cancelable: true, ...options });
    act(() => void root.querySelector("[data-key]")?.dispatchEvent(event));
    return event.defaultPrevented;
  };
  expect([press({}), press({ altKey: true }), press({ metaKey: true })]).toEqual([true, false, false]);
  end();
});

it("is not dragged by a pointer that was let go outside", () => {
  const { root, end } = drawn();
  const box = root.querySelector<HTMLElement>(".csw-tl-chart-box") as HTMLElement;
  box.setPointerCapture = () => undefined;
  const point = (type: string, clientX: number, buttons: number) =>
    act(() => void box.dispatchEvent(new PointerEvent(type, { clientX, buttons, button: 0, bubbles: true })));
  const moved = () => [...root.querySelectorAll("button")].some((each) => each.textContent === "Now");
  point("pointerdown", 500, 1);
  point("pointermove", 400, 0);
  expect(moved()).toBe(false);
  point("pointerdown", 500, 1);
  point("pointermove", 400, 1);
  expect(moved()).toBe(true);
  end();
});
