import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Console } from "../src/dashboard/Console";
import type { DashboardTraits } from "../src/messages/dashboard";
import type { ExecutedRow } from "../src/messages/tables";
import { ViewModel } from "../src/model";
import { FakeHost } from "./fakeHost";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (milliseconds: number) =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(milliseconds);
  });

it("blames the running cell only until the kernel has the question: from then on it is the server that is slow", async () => {
  const host = new FakeHost({ connection: { state: "connected" } });
  const model = new ViewModel<DashboardTraits>(host);
  const root = document.body.appendChild(document.createElement("div"));
  const row = { run: "r1", task: "t1", name: "Nightly", status: "in_progress" } as ExecutedRow;
  act(() => render(<Console {...{ model, row, now: 0 }} onClose={() => undefined} />, root));
  await pass(1);
  const said = () => root.querySelector("[role=status]")?.textContent;
  const { id } = host.lastSent();
  act(() => host.answer({ id, accepted: true }));
  await pass(5000);
  expect(said()).toBe("Reading …");
  act(() => host.answer({ id, ok: true, result: { lines: [] } }));
  await pass(1);
  expect(root.textContent).toContain("Nothing was written yet");
  act(() => render(null, root));
  root.remove();
});
