// Tests of the steps of a run in the details of its row.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Steps } from "../src/dashboard/Steps";
import type { DashboardTraits } from "../src/messages/dashboard";
import { ViewModel } from "../src/model";
import { FakeHost } from "./fakeHost";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (milliseconds: number) =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(milliseconds);
  });

const step = (name: string, status: string) => ({ id: name, name, status, started: 0, finished: 61_000 });

function drawn(task = "run") {
  const host = new FakeHost({ connection: { state: "connected" } });
  const model = new ViewModel<DashboardTraits>(host);
  const root = document.body.appendChild(document.createElement("div"));
  const draw = (status: string) =>
    act(() => render(<Steps {...{ model, row: { task, status }, web: "https://web", now: 90_000 }} />, root));
  const answer = async (steps: object[], more = false) => {
    act(() => host.answer({ id: host.lastSent().id, ok: true, result: { steps, more } }));
    await pass(1);
  };
  const close = () => {
    act(() => render(null, root));
    root.remove();
  };
  return { host, root, draw, answer, close };
}

it("shows each step with its link, its status and how long it took; names are text", async () => {
  const { root, draw, answer, close } = drawn();
  draw("completed");
  expect(root.textContent).toBe("");
  await answer([step("<b>one</b>", "completed"), { ...step("two", "in_progress"), finished: null }]);
  expect(root.querySelector("b")).toBeNull();
  expect([...root.querySelectorAll("li")].map((item) => item.textContent)).toEqual([
    expect.stringMatching(/^<b>one<\/b>completed.* · 1 min 1 s$/),
    expect.stringMatching(/^twoin progress.* · 1 min 30 s$/),
  ]);
  expect(root.querySelector("a")?.href).toMatch(/^https:\/\/web\/.*one/);
  expect(root.textContent).toContain("Steps · 1 of 2 completed");
  close();
});

it("reads again every five seconds while the run is under way, once more when it ends, and never after that", async () => {
  const { host, root, draw, answer, close } = drawn();
  draw("in_progress");
  await answer([step("one", "in_progress")]);
  await pass(5000);
  expect(host.sent).toHaveLength(2);
  await answer([step("one", "completed"), step("two", "queued")]);
  draw("completed");
  expect(host.sent).toHaveLength(3);
  await answer([step("one", "completed"), step("two", "completed")]);
  expect(root.textContent).toContain("2 of 2 completed");
  await pass(60_000);
  expect(host.sent).toHaveLength(3);
  close();
});

it("shows nothing for a run without steps, and asks nothing for the call of a function", async () => {
  const plain = drawn();
  plain.draw("completed");
  await plain.answer([]);
  expect(plain.root.textContent).toBe("");
  plain.close();
  const call = drawn("");
  call.draw("completed");
  await pass(1);
  expect(call.host.sent).toEqual([]);
  call.close();
});

it("says why the steps cannot be read, and keeps those that it has", async () => {
  const { host, root, draw, answer, close } = drawn();
  const refuse = async () => {
    act(() =>
      host.answer({ id: host.lastSent().id, ok: false, error: { message: "no server", kind: "", problems: [] } }),
    );
    await pass(1);
  };
  draw("in_progress");
  await refuse();
  expect(root.textContent).toBe("Its steps cannot be read now: no server");
  await pass(5000);
  await answer([step("one", "completed")]);
  await pass(5000);
  await refuse();
  expect(root.textContent).toContain("Steps · 1 of 1 completed");
  close();
});
