// Tests of editing the texts of a recurrence.
import { expect, it } from "vitest";
import { durationText, monthsText, parseDuration, parseMonthDays, sameDays, toggleDay } from "../src/state/recurrence";

it("puts the days of a list into the grid, and the rest beside it", () => {
  const { cells, others } = parseMonthDays("1, 31, Last, first monday, 32, 0");
  expect([...cells]).toEqual(["1", "31", "last"]);
  expect(others).toEqual(["first monday", "32", "0"]);
});

it.each([
  ["", "15", "15"],
  ["15", "15", ""],
  ["15, last", "1", "1, 15, last"],
  ["2, 10", "last friday", "2, 10, last friday"],
  ["last, last friday", "3", "3, last friday, last"],
  ["1, first monday", "first monday", "1"],
])("puts into %j, or takes out of it, %j", (text, day, expected) => {
  expect(toggleDay(text, day)).toBe(expected);
});

it("takes all months for none chosen, and keeps what it does not know", () => {
  const all = Array.from({ length: 12 }, (_, index) => String(index + 1));
  expect(monthsText("1", ["1", "4"])).toBe("1, 4");
  expect(monthsText("1", all)).toBe("");
  expect(monthsText("13, 1", ["1", "2"])).toBe("1, 2, 13");
});

it.each([
  ["15m", { amount: "15", unit: "m" }],
  ["1h30m", { amount: "1h30", unit: "m" }],
  [" 2 d ", { amount: "2", unit: "d" }],
  ["15", { amount: "15", unit: "" }],
  ["many", { amount: "many", unit: "" }],
  ["", { amount: "", unit: "" }],
])("takes the length %j apart", (text, expected) => {
  expect(parseDuration(text)).toEqual(expected);
});

it.each([
  ["15", "m", "15m"],
  ["90s", "m", "90s"],
  ["", "h", ""],
  ["x", "m", "xm"],
])("makes one text of %j and %j", (amount, unit, expected) => {
  expect(durationText(amount, unit)).toBe(expected);
});

it("compares weekdays as sets", () => {
  expect(sameDays(["sunday", "saturday"], ["saturday", "sunday"])).toBe(true);
  expect(sameDays(["sunday"], ["saturday", "sunday"])).toBe(false);
});
