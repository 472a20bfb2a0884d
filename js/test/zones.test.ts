// Tests of time zones and their clocks.
import { expect, it } from "vitest";
import { dateIn, findZones, otherClocks, utcOffset, wallClock, wallClockText } from "../src/state/zones";

const AT = Date.UTC(2026, 10, 23, 5, 20);

it("shows an instant on the clocks of zones", () => {
  expect(wallClockText(AT, "Europe/Berlin")).toBe("Mon 23 Nov, 06:20");
  expect(wallClockText(AT + 7000, "UTC")).toBe("Mon 23 Nov, 05:20:07");
  expect(wallClock(AT, "Mars/Olympus")).toBeNull();
  expect(wallClockText(AT, "Mars/Olympus")).toBe("");
});

it.each([
  ["Europe/Berlin", "Asia/Kolkata", ["05:20 UTC", "10:50 your time (Asia/Kolkata)"]],
  ["Europe/Berlin", "Europe/Berlin", ["05:20 UTC"]],
  ["Europe/Berlin", "Europe/Paris", ["05:20 UTC"]],
  ["UTC", "UTC", []],
  ["UTC", "America/Los_Angeles", ["Sun 22 Nov, 21:20 your time (America/Los_Angeles)"]],
])("tells what other clocks show for a run in %s seen from %s", (zone, own, expected) => {
  expect(otherClocks(AT, zone, own)).toEqual(expected);
});

it("finds zones by any words of their names", () => {
  expect(findZones("berlin", [])).toEqual(["Europe/Berlin"]);
  expect(findZones("new york", [])).toContain("America/New_York");
  expect(findZones("am york", [])).toEqual(["America/New_York"]);
  expect(findZones("nowhere", [])).toEqual([]);
});

it("offers the usual zones first, before anything is typed", () => {
  expect(findZones("", ["Asia/Kolkata", "UTC"]).slice(0, 2)).toEqual(["Asia/Kolkata", "UTC"]);
  expect(findZones("", [], 5)).toHaveLength(5);
});

it("knows dates and offsets of zones", () => {
  expect(dateIn(AT, "America/Los_Angeles")).toBe("2026-11-22");
  expect(dateIn(AT, "Mars/Olympus")).toBe("2026-11-23");
  expect(utcOffset(AT, "Asia/Kolkata")).toBe("UTC+05:30");
});
