// Tests of the dialog with a run's console.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ConsoleDialog } from "../src/dashboard/ConsoleDialog";
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

function opened() {
  const host = new FakeHost({ connection: { state: "connected" } });
  const model = new ViewModel<DashboardTraits>(host);
  const root = document.body.appendChild(document.createElement("div"));
  const row = { run: "r1", task: "t1", name: "Nightly", status: "in_progress" } as ExecutedRow;
  act(() => render(<ConsoleDialog {...{ model, row, now: 0 }} onClose={() => undefined} />, root));
  const close = () => {
    act(() => render(null, root));
    root.remove();
  };
  return { host, root, close };
}

it("begins at the end of what was written, and follows it until the user scrolls away", async () => {
  const tall = vi.spyOn(HTMLElement.prototype, "scrollHeight", "get").mockReturnValue(900);
  const { host, root, close } = opened();
  const told = async (count: number) => {
    const lines = Array.from({ length: count }, () => ({ time: 0, level: "info", text: "epoch" }));
    act(() => host.answer({ id: host.lastSent().id, ok: true, result: { lines } }));
    await pass(1);
  };
  await pass(1);
  await told(1);
  const area = root.querySelector("[role=log]") as HTMLElement;
  expect(area.scrollTop).toBe(900);
  tall.mockReturnValue(1200);
  await pass(5000);
  await told(2);
  expect(area.scrollTop).toBe(1200);
  area.scrollTop = 300;
  act(() => void area.dispatchEvent(new Event("scroll")));
  await pass(5000);
  await told(3);
  expect(area.querySelectorAll("p")).toHaveLength(3);
  expect(area.scrollTop).toBe(300);
  close();
  tall.mockRestore();
});

it("blames the running cell only until the kernel has the question: from then on it is the server that is slow", async () => {
  const { host, root, close } = opened();
  await pass(1);
  const said = () => root.querySelector("[role=status]")?.textContent;
  const { id } = host.lastSent();
  act(() => host.answer({ id, accepted: true }));
  await pass(5000);
  expect(said()).toBe("Reading …");
  act(() => host.answer({ id, ok: true, result: { lines: [] } }));
  await pass(1);
  expect(root.textContent).toContain("Nothing was written yet");
  close();
});
