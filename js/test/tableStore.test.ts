// Tests of a table's requests for rows.
import { beforeEach, expect, it, vi } from "vitest";
import type { DashboardTraits } from "../src/messages/dashboard";
import { ViewModel } from "../src/model";
import { DEFAULT_QUERY } from "../src/state/tableQuery";
import { TableStore } from "../src/state/tableStore";
import { FakeHost } from "./fakeHost";

const COLUMNS = ["id", "status"];
interface Row {
  id: string;
  status: string;
}
interface Asked {
  table: string;
  offset: number;
  limit: number;
  search: string;
}

const rowsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => [`r${first + index}`, "queued"]);

function opened(total: number) {
  const host = new FakeHost({
    executed_window: { revision: 1, total, rows: rowsFrom(0, Math.min(100, total)) },
    executed_changes: { revision: 1, since: 1, total, changes: [] },
  });
  const model = new ViewModel(host) as unknown as ViewModel<DashboardTraits>;
  const store = new TableStore<Row>(model, "executed", COLUMNS, ["status"]);
  return { host, store };
}

const asked = (host: FakeHost) => host.lastSent().payload as Asked;

async function answer(host: FakeHost, result: object): Promise<void> {
  host.answer({ id: host.lastSent().id, ok: true, result });
  await vi.advanceTimersByTimeAsync(1);
}

beforeEach(() => {
  vi.useFakeTimers();
});

it("asks for whole pages of what comes into sight, and for nothing that it has", async () => {
  const { host, store } = opened(1000);
  store.setVisible(0, 30);
  await vi.advanceTimersByTimeAsync(500);
  expect(host.sent).toEqual([]);
  store.setVisible(450, 470);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked(host)).toMatchObject({ table: "executed", offset: 400, limit: 100, search: "" });
  await answer(host, { revision: 1, total: 1000, matching: 1000, offset: 400, rows: rowsFrom(400, 100) });
  expect(store.state.rows.get(455)?.id).toBe("r455");
  expect(host.sent).toHaveLength(1);
});

it("says that it waits while the kernel is busy, and keeps showing what it has", async () => {
  const { host, store } = opened(1000);
  store.setQuery({ search: "x" });
  await vi.advanceTimersByTimeAsync(800);
  expect(store.waiting).toBe(true);
  expect(store.stale).toBe(true);
  expect(store.state.rows.size).toBe(100);
  await answer(host, { revision: 1, total: 1000, matching: 1, offset: 0, rows: [["r7", "x"]] });
  expect([store.waiting, store.stale, store.state.matching]).toEqual([false, false, 1]);
});

it("drops the answer to a question that is not asked any more", async () => {
  const { host, store } = opened(1000);
  store.setQuery({ search: "a" });
  await vi.advanceTimersByTimeAsync(1);
  store.setQuery({ search: "ab" });
  await answer(host, { revision: 1, total: 1000, matching: 500, offset: 0, rows: rowsFrom(0, 100) });
  expect(asked(host)).toMatchObject({ search: "ab" });
  await answer(host, { revision: 1, total: 1000, matching: 1, offset: 0, rows: [["r9", "ab"]] });
  expect(store.state.matching).toBe(1);
  store.setQuery(DEFAULT_QUERY);
  expect(store.state.matching).toBe(1000);
});

it("shows what is new in the table's own order without asking, in another one it asks again", async () => {
  const { host, store } = opened(1000);
  const change = [2, 0, ["new", "queued"]];
  host.change("executed_changes", { revision: 2, since: 1, total: 1001, changes: [change] });
  expect([store.state.rows.get(0)?.id, store.state.rows.get(1)?.id]).toEqual(["new", "r0"]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(host.sent).toEqual([]);
  store.setQuery({ sort: ["status", true] });
  await vi.advanceTimersByTimeAsync(1);
  await answer(host, { revision: 2, total: 1001, matching: 1001, offset: 0, rows: rowsFrom(0, 100) });
  host.change("executed_changes", { revision: 3, since: 1, total: 1001, changes: [[3, 0, { status: "done" }]] });
  expect(store.stale).toBe(true);
  await vi.advanceTimersByTimeAsync(1000);
  await answer(host, { revision: 3, total: 1001, matching: 1001, offset: 0, rows: rowsFrom(5, 100) });
  expect([store.stale, store.state.rows.get(0)?.id]).toEqual([false, "r5"]);
});

it("asks when it missed a change, and takes a new window as it is", async () => {
  const { host, store } = opened(1000);
  host.change("executed_changes", { revision: 9, since: 8, total: 1002, changes: [[9, 0, { status: "done" }]] });
  await vi.advanceTimersByTimeAsync(1000);
  await answer(host, { revision: 9, total: 1002, matching: 1002, offset: 0, rows: [["new", "done"]] });
  expect(store.state.rows.get(0)?.id).toBe("new");
  host.change("executed_window", { revision: 10, total: 1, rows: [["other", "queued"]] });
  expect([...store.state.rows.values()].map(({ id }) => id)).toEqual(["other"]);
});

it("answers by itself where it has all rows", async () => {
  const { host, store } = opened(50);
  store.setQuery({ search: "r4" });
  await store.loadChoices();
  expect(store.state.matching).toBe(11);
  expect(store.choices).toEqual({ status: [["queued", 50]] });
  await vi.advanceTimersByTimeAsync(1000);
  expect(host.sent).toEqual([]);
});

it("tells why a question was refused", async () => {
  const { host, store } = opened(1000);
  store.setQuery({ sort: ["colour", false] });
  await vi.advanceTimersByTimeAsync(1);
  host.answer({ id: host.lastSent().id, ok: false, error: { message: "The table has no column 'colour'." } });
  await vi.advanceTimersByTimeAsync(1);
  expect(store.error).toContain("no column");
  host.change("executed_changes", { revision: 2, since: 1, total: 1001, changes: [[2, 0, ["new", "queued"]]] });
  await vi.advanceTimersByTimeAsync(1000);
  await answer(host, { revision: 2, total: 1001, matching: 1001, offset: 0, rows: rowsFrom(0, 100) });
  expect(store.error).toBe("");
});

const isRow = (id: string) => (row: Row) => row.id === id;

it("finds a row among those that it has, without a question", async () => {
  const { host, store } = opened(50);
  await store.findRow("r7", isRow("r7"));
  expect(store.lookup).toEqual({ key: "r7", outcome: "found", index: 7 });
  store.setQuery({ values: { status: ["failed"] } });
  expect(store.lookup).toBeNull();
  await store.findRow("r7", isRow("r7"));
  expect(store.lookup?.outcome).toBe("hidden");
  await store.findRow("gone", isRow("gone"));
  expect(store.lookup?.outcome).toBe("unknown");
  expect(host.sent).toEqual([]);
});

it("asks where a row is that it does not have, and takes the answer to the last question only", async () => {
  const { host, store } = opened(1000);
  const first = store.findRow("r700", isRow("r700"));
  const before = host.lastSent();
  expect(before).toMatchObject({ action: "find", payload: { table: "executed", key: "r700", search: "" } });
  const second = store.findRow("r900", isRow("r900"));
  await answer(host, { index: 900, known: true });
  host.answer({ id: before.id, ok: true, result: { index: 700, known: true } });
  await Promise.all([first, second]);
  expect(store.lookup).toEqual({ key: "r900", outcome: "found", index: 900 });
  const third = store.findRow("r5000", isRow("r5000"));
  await answer(host, { index: null, known: true });
  await third;
  expect(store.lookup?.outcome).toBe("hidden");
});

it("asks for what comes into sight also while the kernel tells of changes all the time", async () => {
  const { host, store } = opened(1000);
  store.setVisible(450, 470);
  for (let revision = 2; revision < 12; revision++) {
    const changes = [[revision, 0, { status: `s${revision}` }]];
    host.change("executed_changes", { revision, since: revision - 1, total: 1000, changes });
    await vi.advanceTimersByTimeAsync(250); // as often as the publisher tells
  }
  expect(host.sent.map(({ payload }) => (payload as Asked).offset)).toEqual([400]);
});
