// Tests of the display formats of times, durations and links.
import { expect, it } from "vitest";
import { formatDuration, formatTime, formatUtc, relativeTime, taskUrl } from "../src/state/format";

const NOW = new Date(2026, 10, 22, 14, 0, 0).getTime();

it.each([
  [0, "0 s"],
  [59_400, "59 s"],
  [60_000, "1 min"],
  [90_000, "1 min 30 s"],
  [10 * 60_000 + 5_000, "10 min"],
  [3_600_000, "1 h"],
  [4_800_000, "1 h 20 min"],
  [86_400_000, "1 d"],
  [100 * 3_600_000, "4 d 4 h"],
])("duration of %d ms: %s", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

it("says how far a time is in the future or the past", () => {
  expect(relativeTime(NOW + 5_000, NOW)).toBe("in 5 s");
  expect(relativeTime(NOW - 120_000, NOW)).toBe("2 min ago");
  expect(relativeTime(NOW + 400, NOW)).toBe("now");
});

it("shows seconds today, the day on other days, the year of days that are far away", () => {
  expect(formatTime(new Date(2026, 10, 22, 6, 20, 5).getTime(), NOW)).toBe("06:20:05");
  expect(formatTime(new Date(2026, 11, 1, 6, 20).getTime(), NOW)).toBe("1 Dec, 06:20");
  expect(formatTime(new Date(2027, 0, 1, 6, 20).getTime(), NOW)).toBe("1 Jan, 06:20");
  expect(formatTime(new Date(2027, 5, 1, 6, 20).getTime(), NOW)).toBe("1 Jun 2027, 06:20");
  expect(formatTime(new Date(2025, 10, 22, 14, 0).getTime(), NOW)).toBe("22 Nov 2025, 14:00");
  expect(formatTime(null, NOW)).toBe("–");
});

it("shows an instant in UTC", () => {
  expect(formatUtc(Date.UTC(2026, 10, 22, 6, 20, 5))).toBe("2026-11-22 06:20:05 UTC");
  expect(formatUtc(null)).toBe("");
});

it("links only to the configured web server, and only over HTTP", () => {
  const id = "0123456789abcdef0123456789abcdef";
  expect(taskUrl("https://app.clear.ml", id)).toBe(`https://app.clear.ml/projects/*/experiments/${id}/output/log`);
  expect(taskUrl("https://app.clear.ml", "../x?y")).toContain("/experiments/..%2Fx%3Fy/");
  expect(taskUrl("javascript:alert(1)//", id)).toBeNull();
  expect(taskUrl("", id)).toBeNull();
  expect(taskUrl("https://app.clear.ml", "")).toBeNull();
});
