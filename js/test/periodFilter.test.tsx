// Tests of the filter by time.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, it } from "vitest";
import type { DashboardTraits } from "../src/messages/dashboard";
import { ViewModel } from "../src/model";
import { formatDatetimeLocal, parseDatetimeLocal } from "../src/state/datetimeLocal";
import { TableStore } from "../src/state/tableStore";
import { setTimeFormat } from "../src/state/timeFormat";
import { PeriodFilter } from "../src/ui/PeriodFilter";
import { FakeHost } from "./fakeHost";

const AT = Date.UTC(2026, 10, 22, 12, 30, 5);
const COLUMNS = [
  ["started", "Started"],
  ["finished", "Finished"],
] as const;

afterEach(() => setTimeFormat({ utc: false }));

it("writes a time as the field for it does", () => {
  expect([
    formatDatetimeLocal(AT, true),
    formatDatetimeLocal(AT - 5000, true),
    formatDatetimeLocal(null, true),
  ]).toEqual(["2026-11-22T12:30:05", "2026-11-22T12:30", ""]);
  expect(parseDatetimeLocal(formatDatetimeLocal(AT, false), false)).toBe(AT);
});

it("shows the period that is in force, and keeps it when it is to be that of another time", () => {
  setTimeFormat({ utc: true });
  const host = new FakeHost({
    executed_window: { revision: 1, total: 0, rows: [] },
    executed_changes: { revision: 1, since: 1, total: 0, changes: [] },
  });
  const store = new TableStore<{ id: string }>(new ViewModel<DashboardTraits>(host), "executed", ["id"], []);
  store.setQuery({ period: { column: "finished", start: AT, end: null } });
  const root = document.createElement("div");
  act(() => render(<PeriodFilter store={store} columns={COLUMNS} />, root));
  const inputs = [...root.querySelectorAll<HTMLInputElement>("input")].map(({ value }) => value);
  expect(inputs).toEqual(["2026-11-22T12:30:05", ""]);
  act(() => {
    const select = root.querySelector("select") as HTMLSelectElement;
    select.value = "started";
    select.dispatchEvent(new Event("input", { bubbles: true }));
  });
  expect(store.query.period).toEqual({ column: "started", start: AT, end: null });
});
