import { expect, it } from "vitest";
import type { DashboardTraits } from "../src/messages";
import { ViewModel } from "../src/model";
import { LogStore, withLines } from "../src/state/log";
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
  expect(withLines(known, { end: 5, lines: lines(4, 5) })).toBe(known);
  expect(times(withLines(known, { end: 7, lines: lines(5, 7) }).lines)).toEqual([3, 4, 5, 6, 7]);
  expect(times(withLines(known, { end: 9, lines: lines(8, 9) }).lines)).toEqual([3, 4, 5, 8, 9]);
});

it("keeps the last thousand lines", () => {
  const data = withLines({ end: 999, lines: lines(1, 999) }, { end: 1002, lines: lines(1000, 1002) });
  expect([data.lines.length, data.lines[0]?.time]).toEqual([1000, 3]);
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
