// Tests of dialogs and details of table rows that leave the rendered part.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ExecutedTable } from "../src/dashboard/ExecutedTable";
import type { RowContext } from "../src/dashboard/rowContext";
import { ScheduledTable } from "../src/dashboard/ScheduledTable";
import type { DashboardTraits, InstanceHead } from "../src/messages/dashboard";
import { EXECUTED_COLUMNS, type ExecutedRow, SCHEDULED_COLUMNS, type ScheduledRow } from "../src/messages/tables";
import { ViewModel } from "../src/model";
import { TableStore } from "../src/state/tableStore";
import { FakeHost } from "./fakeHost";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const TIMES = ["scheduled", "started", "began", "finished", "next_run", "start"];
const valuesOf = (columns: readonly string[], row: object) =>
  columns.map((column) => (row as Record<string, unknown>)[column] ?? (TIMES.includes(column) ? null : ""));

const executed = (name: string, status = "in_progress") =>
  valuesOf(EXECUTED_COLUMNS, { run: name, task: name, name, item_name: name, status, started: 1 });

const scheduled = (name: string) =>
  valuesOf(SCHEDULED_COLUMNS, { item: name, kind: "schedule", name, task: "t", state: "waiting", runs: 0 });

const INSTANCE = { id: "i1", status: "running", whole: true } as InstanceHead;

function drawn(table: "executed" | "scheduled", first: readonly unknown[]) {
  const empty = { revision: 1, total: 0, rows: [] };
  const quiet = { revision: 1, since: 1, total: 0, changes: [] };
  const host = new FakeHost({
    ...{ connection: {}, reasons: {}, run_reasons: {}, scheduled_window: empty, executed_window: empty },
    ...{ scheduled_changes: quiet, executed_changes: quiet },
    [`${table}_window`]: { revision: 1, total: 1, rows: [first] },
  });
  const model = new ViewModel<DashboardTraits>(host);
  const root = document.body.appendChild(document.createElement("div"));
  const commands = { error: "", said: "", longRunning: [], phase: () => "" as const, run: async () => true };
  const stores = {
    executed: new TableStore<ExecutedRow>(model, "executed", EXECUTED_COLUMNS, []),
    scheduled: new TableStore<ScheduledRow>(model, "scheduled", SCHEDULED_COLUMNS, []),
  };
  const draw = (view: InstanceHead) => {
    const context: RowContext = { model, view, commands, onEdit: () => undefined };
    const shared = { web: undefined, now: 0, context };
    act(() =>
      render(
        table === "executed" ? (
          <ExecutedTable store={stores.executed} {...shared} />
        ) : (
          <ScheduledTable store={stores.scheduled} {...shared} />
        ),
        root,
      ),
    );
  };
  draw(INSTANCE);
  const press = (label: string) => act(() => root.querySelector<HTMLElement>(`[aria-label="${label}"]`)?.click());
  /** So many newer rows come above it. */
  const push = (count: number, row: (name: string) => unknown[]) => {
    const changes = Array.from({ length: count }, (_, index) => [index + 2, 0, row(`new${index}`)]);
    act(() => host.change(`${table}_changes`, { revision: count + 1, since: 1, total: count + 1, changes }));
  };
  const end = () => {
    act(() => render(null, root));
    root.remove();
  };
  return { host, root, stores, draw, press, push, end, title: () => root.querySelector("dialog h3")?.textContent };
}

it.each([
  ["Log of first", "Log of first"],
  ["Abort first", "Abort first?"],
])("keeps the window of a run open that newer runs push off the page: %s", (label, title) => {
  const { root, press, push, title: shown, draw, end } = drawn("executed", executed("first"));
  press(label);
  expect(shown()).toBe(title);
  push(40, executed);
  expect(root.querySelector('[data-key="first"]')).toBeNull();
  expect(shown()).toBe(title);
  draw({ ...INSTANCE, id: "i2" });
  expect(shown()).toBeUndefined(); // it belongs to the instance
  end();
});

it("keeps what is typed about an item whose row goes out of sight", () => {
  const { root, press, push, title, end } = drawn("scheduled", scheduled("first"));
  press("Pause first");
  const input = () => root.querySelector<HTMLInputElement>("dialog input");
  act(() => {
    if (input()) (input() as HTMLInputElement).value = "maintenance";
    input()?.dispatchEvent(new Event("input", { bubbles: true }));
  });
  push(40, scheduled);
  expect([title(), input()?.value]).toEqual(["Pause first?", "maintenance"]);
  end();
});

it("leaves no gap for the details of a row that a search leaves out", () => {
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(200);
  const { root, stores, press, push, end } = drawn("executed", executed("first"));
  push(1, executed);
  const height = () => root.querySelector<HTMLElement>(".csw-window > div")?.style.height;
  const two = height();
  press("Details of first");
  expect(Number.parseInt(height() ?? "", 10)).toBe(Number.parseInt(two ?? "", 10) + 200);
  act(() => stores.executed.setQuery({ search: "new" }));
  expect(Number.parseInt(height() ?? "", 10)).toBe(Number.parseInt(two ?? "", 10) - 36);
  act(() => stores.executed.setQuery({ search: "" }));
  expect(Number.parseInt(height() ?? "", 10)).toBe(Number.parseInt(two ?? "", 10) + 200);
  vi.restoreAllMocks();
  end();
});
