// Tests of the dialog to search for a base task.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { BaseTask } from "../src/messages/wizard";
import { ViewModel } from "../src/model";
import { TaskPicker } from "../src/wizard/TaskPicker";
import { FakeHost } from "./fakeHost";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const task = (id: string): BaseTask => ({
  ...{ id, name: id, project: "", status: "completed", type: "training", tags: [], user: "Ann" },
  ...{ updated: null, archived: false, kind: "" },
});

const pass = (milliseconds: number) =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(milliseconds);
  });

it("searches anew, from the first page, when only pipelines are wanted", async () => {
  const host = new FakeHost();
  const root = document.body.appendChild(document.createElement("div"));
  act(() => render(<TaskPicker model={new ViewModel(host)} onPick={vi.fn()} onClose={vi.fn()} />, root));
  await pass(1);
  const filter = [...root.querySelectorAll("label")].find((label) => label.textContent === "Pipelines only");
  act(() => filter?.querySelector("input")?.click());
  await pass(1);
  expect(host.sent.map(({ payload }) => payload)).toEqual([
    { text: "", page: 0 },
    { text: "", page: 0, pipelines: true },
  ]);
  const found = { ...task("p1"), kind: "pipeline", type: "controller", project: "Demo/.pipelines/p1" };
  const [first, second] = host.sent;
  act(() => host.answer({ id: second?.id, ok: true, result: { tasks: [found], more: false } }));
  act(() => host.answer({ id: first?.id, ok: true, result: { tasks: [task("t1"), task("t2")], more: true } }));
  await pass(1);
  expect([...root.querySelectorAll("[role=option]")].map((option) => option.textContent)).toEqual([
    expect.stringContaining("Demo/.pipelines/p1 · pipeline"),
  ]);
  expect(root.querySelector("[role=status]")?.textContent).toContain("1 pipeline, the latest first");
  act(() => render(null, root));
  root.remove();
});

it("asks for a further page once, and for none of a search whose rows are not there yet", async () => {
  const host = new FakeHost();
  const root = document.body.appendChild(document.createElement("div"));
  const [onPick, onClose] = [vi.fn(), vi.fn()];
  act(() => render(<TaskPicker model={new ViewModel(host)} {...{ onPick, onClose }} />, root));
  const asked = () => host.sent.map(({ payload }) => Object.values(payload as object).join(" "));
  const answer = async (ids: string[]) => {
    act(() => host.answer({ id: host.lastSent().id, ok: true, result: { tasks: ids.map(task), more: true } }));
    await pass(1);
  };
  const input = root.querySelector<HTMLInputElement>("[role=combobox]") as HTMLInputElement;
  const down = () =>
    act(() => void input.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true })));
  await pass(1);
  await answer(["t1", "t2"]);
  for (let count = 0; count < 4; count++) down();
  expect(asked()).toEqual([" 0", " 1"]);
  await answer(["t3"]);
  expect(root.querySelectorAll("[role=option]")).toHaveLength(3);
  act(() => {
    input.value = "night";
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  for (let count = 0; count < 3; count++) down();
  expect(asked()).toEqual([" 0", " 1"]);
  await pass(300);
  expect(asked()).toEqual([" 0", " 1", "night 0"]);
  act(() => render(null, root));
  root.remove();
});
