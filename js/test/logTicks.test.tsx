// Tests that the log is not rendered again as time passes.
import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, it, vi } from "vitest";
import { Log } from "../src/dashboard/Log";
import type { DashboardTraits } from "../src/messages/dashboard";
import { ViewModel } from "../src/model";
import * as log from "../src/state/log";
import * as logText from "../src/state/logLine";
import { FakeHost } from "./fakeHost";

vi.mock("../src/state/log", { spy: true });
vi.mock("../src/state/logLine", { spy: true });

const NOW = Date.UTC(2026, 10, 22, 12);

it("neither searches nor draws its lines anew because time passes", () => {
  const lines = Array.from({ length: 5000 }, (_, at) => ({ time: NOW - at, level: "info", text: `line ${at}` }));
  const host = new FakeHost({ log_window: { end: 5000, lines }, log_changes: { end: 5000, lines: [] } });
  const store = new log.LogStore(new ViewModel<DashboardTraits>(host));
  const root = document.body.appendChild(document.createElement("div"));
  const draw = (now: number) => act(() => render(<Log store={store} failed={false} web={undefined} now={now} />, root));
  draw(NOW);
  const search = root.querySelector<HTMLInputElement>("input[type=text]") as HTMLInputElement;
  act(() => {
    search.value = "line 49";
    search.dispatchEvent(new Event("input", { bubbles: true }));
  });
  expect(root.querySelectorAll(".csw-line")).toHaveLength(111);
  vi.mocked(log.filterLines).mockClear();
  vi.mocked(logText.splitLine).mockClear();
  for (let second = 1; second <= 10; second++) draw(NOW + second * 1000);
  expect([vi.mocked(log.filterLines).mock.calls.length, vi.mocked(logText.splitLine).mock.calls.length]).toEqual([
    0, 0,
  ]);
  act(() => host.change("log_changes", { end: 5001, lines: [{ time: NOW, level: "info", text: "line 49, again" }] }));
  expect(root.querySelectorAll(".csw-line")).toHaveLength(112);
  act(() => render(null, root));
  root.remove();
});
