// Tests of the calendar's months, dates and counts.
import { expect, it } from "vitest";
import {
  addMonths,
  countText,
  countWords,
  dateAfterKey,
  dateName,
  fillLevel,
  weeksOfMonth,
} from "../src/state/calendar";

it("makes weeks of a month from Monday to Sunday", () => {
  const found = weeksOfMonth("2026-11-01", "2026-01-01");
  expect(found).toHaveLength(6);
  expect(found[0]).toEqual([null, null, null, null, null, null, "2026-11-01"]);
  expect(found[5]).toEqual(["2026-11-30", null, null, null, null, null, null]);
  expect(weeksOfMonth("2027-02-01", "2026-01-01")).toHaveLength(4);
});

it("leaves out the weeks that are over", () => {
  expect(weeksOfMonth("2026-11-01", "2026-11-22").map((week) => week[6])).toEqual(["2026-11-22", "2026-11-29", null]);
});

it.each([
  ["ArrowRight", "2026-11-30", "2026-12-01"],
  ["ArrowLeft", "2026-12-01", "2026-11-30"],
  ["ArrowDown", "2026-12-28", "2027-01-04"],
  ["ArrowUp", "2026-12-01", "2026-11-24"],
  ["Home", "2026-11-25", "2026-11-23"],
  ["End", "2026-11-25", "2026-11-29"],
  ["Home", "2026-11-22", "2026-11-16"],
  ["PageDown", "2027-01-31", "2027-02-28"],
  ["PageUp", "2026-12-15", "2026-11-15"],
  ["Enter", "2026-12-15", null],
])("%s leads from %s to %s", (key, date, expected) => {
  expect(dateAfterKey(key, date)).toBe(expected);
});

it("counts months over the year's end", () => {
  expect(addMonths("2026-12-01", 1)).toBe("2027-01-01");
  expect(addMonths("2026-01-01", -1)).toBe("2025-12-01");
});

it("names dates and counts", () => {
  expect(dateName("2026-12-01")).toBe("1 December 2026");
  expect([countText(3, false), countText(99, true), countText(8640, false), countText(2000, false)]).toEqual([
    "3",
    "99+",
    "8k+",
    "2k",
  ]);
  expect([countWords(0, false), countWords(1, false), countWords(8640, true)]).toEqual([
    "no runs",
    "1 run",
    "at least 8,640 runs",
  ]);
  expect([fillLevel(0, 9), fillLevel(1, 1), fillLevel(1, 9), fillLevel(9, 9), fillLevel(2, 2)]).toEqual([
    0, 1, 1, 3, 2,
  ]);
});
