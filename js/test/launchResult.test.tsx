// Tests of the result of a launch.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { InstanceBrief } from "../src/messages/instances";
import { type LaunchOutcome, LaunchResult } from "../src/wizard/LaunchResult";

const NOW = Date.UTC(2026, 10, 22, 12);
const run = (minutes: number) => ({
  at: NOW + minutes * 60_000,
  local: `Sun 2026-11-22 12:0${minutes}:00`,
  zone: "UTC",
  name: "Nightly",
});

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

it("names the run that is next, also when the first ones are over", () => {
  const instance = { id: "i1", name: "Trains", where: "kernel" } as InstanceBrief;
  const outcome: LaunchOutcome = {
    instance,
    launched: true,
    next: [run(1), run(2)],
    queue: "",
    served: null,
    triggers: 0,
  };
  const root = document.createElement("div");
  const draw = () =>
    act(() => render(<LaunchResult {...{ outcome }} web={undefined} onBack={vi.fn()} onNew={vi.fn()} />, root));
  draw();
  expect(root.textContent).toContain("Next run: Nightly, Sun 2026-11-22 12:01 UTC (in 1 min).");
  act(() => void vi.advanceTimersByTime(90_000));
  expect(root.textContent).toContain("Next run: Nightly, Sun 2026-11-22 12:02 UTC (in 30 s).");
  act(() => void vi.advanceTimersByTime(90_000));
  expect(root.textContent).not.toContain("Next run");
  act(() => render(null, root));
});
