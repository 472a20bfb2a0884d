// Tests of the log's lines and of loading older ones.
import { expect, it } from "vitest";
import type { DashboardTraits } from "../src/messages/dashboard";
import { ViewModel } from "../src/model";
import { appendLines, filterLines, LogStore, linesToText, prependLines, schedulerLines } from "../src/state/log";
import { FakeHost } from "./fakeHost";

const lines = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => ({
    time: first + at,
    level: "info",
    text: `line ${first + at}`,
  }));
const times = (data: readonly { time: number }[]) => data.map(({ time }) => time);

it("adds what is new once, though it is sent again", () => {
  const known = { end: 5, lines: lines(3, 5) };
  expect(appendLines(known, { end: 5, lines: lines(4, 5) })).toBe(known);
  expect(times(appendLines(known, { end: 7, lines: lines(5, 7) }).lines)).toEqual([3, 4, 5, 6, 7]);
  expect(times(appendLines(known, { end: 9, lines: lines(8, 9) }).lines)).toEqual([3, 4, 5, 8, 9]);
});

it("keeps the last two hundred thousand lines", () => {
  const data = appendLines(
    { end: 199_999, lines: lines(1, 199_999) },
    { end: 200_002, lines: lines(200_000, 200_002) },
  );
  expect([data.lines.length, data.lines[0]?.time]).toEqual([200_000, 3]);
});

it("follows the kernel, and begins anew with another log", () => {
  const host = new FakeHost({ log_window: { end: 3, lines: lines(1, 3) }, log_changes: { end: 3, lines: [] } });
  const store = new LogStore(new ViewModel(host) as unknown as ViewModel<DashboardTraits>);
  let told = 0;
  store.subscribe(() => told++);
  host.change("log_changes", { end: 4, lines: lines(3, 4) });
  expect(times(store.lines)).toEqual([1, 2, 3, 4]);
  host.change("log_window", { end: 10, lines: lines(9, 10) });
  expect(times(store.lines)).toEqual([9, 10]);
  expect(told).toBe(2);
});

it("takes older lines only where they belong", () => {
  const known = { end: 9, lines: lines(6, 9), oldest: 2 };
  expect(times(prependLines(known, { end: 5, lines: lines(3, 5), oldest: 2 }).lines)).toEqual([3, 4, 5, 6, 7, 8, 9]);
  expect(prependLines(known, { end: 4, lines: lines(3, 4) })).toBe(known);
});

it("asks for all older lines, piece by piece, and stops where there are none", async () => {
  const host = new FakeHost({
    log_window: { end: 7, oldest: 1, lines: lines(6, 7) },
    log_changes: { end: 7, lines: [] },
  });
  const store = new LogStore(new ViewModel(host) as unknown as ViewModel<DashboardTraits>);
  expect(store.inKernel).toBe(4);
  const reading = store.loadAll();
  expect(host.lastSent()).toMatchObject({ action: "log", payload: { before: 5, count: 2000 } });
  host.answer({ id: host.lastSent().id, ok: true, result: { end: 5, oldest: 1, lines: lines(4, 5) } });
  await Promise.resolve();
  await new Promise((done) => setTimeout(done));
  host.answer({ id: host.lastSent().id, ok: true, result: { end: 3, oldest: 1, lines: lines(2, 3) } });
  await reading;
  expect(times(store.lines)).toEqual([2, 3, 4, 5, 6, 7]);
  expect(store.inKernel).toBe(0);
});

it("has the kernel read what only the server has, page by page, to the first line, and can be stopped", async () => {
  const host = new FakeHost({
    log_window: { end: 3, oldest: 0, more: true, lines: lines(1, 3) },
    log_changes: { end: 3, lines: [] },
  });
  const store = new LogStore(new ViewModel(host) as unknown as ViewModel<DashboardTraits>);
  const turn = () => new Promise((done) => setTimeout(done));
  const answer = (result: object) => host.answer({ id: host.lastSent().id, ok: true, result });
  expect([store.inKernel, store.hasMore, store.first]).toEqual([0, true, 1]);
  let reading = store.loadAll(true);
  expect(store.loading).toBe(true);
  expect(host.lastSent()).toMatchObject({ action: "older_log", payload: { before: 0 } });
  store.stop();
  answer({ end: 0, oldest: -2, more: true, lines: lines(-1, 0) });
  await reading;
  expect([times(store.lines), store.hasMore]).toEqual([[-1, 0, 1, 2, 3], true]);
  reading = store.loadAll(true);
  answer({ end: -2, oldest: -3, more: false, lines: lines(-2, -2) });
  await reading;
  expect([store.lines.length, store.hasMore, host.sent.length]).toEqual([6, false, 2]);
  await store.loadOlder();
  expect(host.sent.length).toBe(2);
  host.change("log_changes", { end: 4, lines: lines(3, 4) });
  await turn();
  expect(times(store.lines)).toEqual([-2, -1, 0, 1, 2, 3, 4]);
});

it("says why earlier lines could not be read", async () => {
  const host = new FakeHost({
    log_window: { end: 1, more: true, lines: lines(1, 1) },
    log_changes: { end: 1, lines: [] },
  });
  const store = new LogStore(new ViewModel(host) as unknown as ViewModel<DashboardTraits>);
  const reading = store.loadAll(true);
  host.answer({
    id: host.lastSent().id,
    ok: false,
    error: { message: "The server does not answer.", kind: "unavailable" },
  });
  await reading;
  expect([store.problem, store.loading, store.hasMore]).toEqual(["The server does not answer.", false, true]);
});

it("finds lines by level and text, and gives them as text", () => {
  const all = [
    { time: 0, level: "info", text: "Train: launched" },
    { time: 1000, level: "warning", text: "Train: skipped" },
    { time: 2000, level: "error", text: "Report: not launched" },
  ];
  expect(filterLines(all, "all", "").length).toBe(3);
  expect(times(filterLines(all, "warning", ""))).toEqual([1000, 2000]);
  expect(times(filterLines(all, "error", "train"))).toEqual([]);
  expect(times(filterLines(all, "all", " LAUNCHED "))).toEqual([0, 2000]);
  expect(linesToText(all.slice(1, 2))).toBe("1970-01-01T00:00:01.000Z WARNING Train: skipped");
});

it("tells the agent's lines from the scheduler's", () => {
  const all = [
    { time: 1, level: "debug", text: "agent.worker_id = a" },
    { time: 2, level: "info", text: "Started" },
    { time: 3, level: "error", text: "agent?" },
  ];
  expect(times(schedulerLines(all))).toEqual([2, 3]);
  expect(times(filterLines(all, "scheduler", "agent"))).toEqual([3]);
  expect(times(filterLines(all, "all", "agent"))).toEqual([1, 3]);
  const ours = lines(1, 3);
  expect(schedulerLines(ours)).toBe(ours);
});
