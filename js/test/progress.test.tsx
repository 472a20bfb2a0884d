// Tests of the progress of long work.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Progress } from "../src/dashboard/Progress";
import { useCommands } from "../src/dashboard/useCommands";
import type { DashboardTraits, Work } from "../src/messages/dashboard";
import { ViewModel } from "../src/model";
import { FakeHost } from "./fakeHost";

const GOING: Work = { key: "launch", said: ["Launching 1,200 runs"], done: 300, total: 1200, state: "going" };

function drawn(progress: Work[]) {
  const host = new FakeHost({ progress });
  const model = new ViewModel<DashboardTraits>(host);
  const root = document.createElement("div");
  let press: (about?: string) => void = () => undefined;
  function Probe() {
    const commands = useCommands(model, "i1", false);
    press = (about) => void commands.run("stop", {}, about);
    return <Progress model={model} commands={commands} now={0} />;
  }
  act(() => render(<Probe />, root));
  return {
    host,
    root,
    press: (about?: string) => act(() => press(about)),
    bar: () => root.querySelector("[role=progressbar]"),
  };
}

const pass = (milliseconds: number) =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(milliseconds);
  });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("shows how far work is, and in the end what came of it", () => {
  const { host, root, bar } = drawn([GOING]);
  const values = ["label", "valuenow", "valuemax", "valuetext"].map((name) => bar()?.getAttribute(`aria-${name}`));
  expect(values).toEqual(["Launching 1,200 runs", "300", "1200", "300 of 1,200"]);
  expect(root.textContent).toBe("Launching 1,200 runs: 300 of 1,200");
  act(() => host.change("progress", [{ ...GOING, said: ["1,200 runs were launched."], state: "done" }]));
  expect(bar()).toBeNull();
  expect(root.querySelector("[role=status]")?.textContent).toBe("1,200 runs were launched.");
  act(() => host.change("progress", []));
  expect(root.textContent).toBe("");
});

it("shows that something goes on of which nobody knows how far it is, once it takes long", async () => {
  const { host, press, bar } = drawn([]);
  press();
  const { id } = host.lastSent();
  await pass(2000);
  expect(bar()).toBeNull(); // it waits for the cell: nothing goes on
  act(() => host.answer({ id, accepted: true }));
  await pass(500);
  expect(bar()).toBeNull();
  await pass(500);
  expect(bar()?.getAttribute("aria-label")).toContain("Stopping");
  expect(bar()?.hasAttribute("aria-valuenow")).toBe(false);
  act(() => host.answer({ id, ok: true, result: {} }));
  await pass(1);
  expect(bar()).toBeNull();
});

it("goes on to show it as long as one of several is under way", async () => {
  const { host, root, press, bar } = drawn([]);
  for (const item of ["one", "other"]) press(item);
  const [one, other] = host.sent.map(({ id }) => id);
  for (const id of [one, other]) act(() => host.answer({ id, accepted: true }));
  await pass(1000);
  expect(root.querySelectorAll("[role=progressbar]")).toHaveLength(1);
  act(() => host.answer({ id: one, ok: true, result: {} }));
  await pass(1);
  expect(bar()).not.toBeNull();
  act(() => host.answer({ id: other, ok: true, result: {} }));
  await pass(1);
  expect(bar()).toBeNull();
});
