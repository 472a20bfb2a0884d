// Tests of wall clock times and instants across clock changes.
import { expect, it } from "vitest";
import { inputZone, instant, instantsOfWallTime, momentData, momentDraft, NO_MOMENT } from "../src/state/moments";

const typed = (local: string, later = false) => ({ local, later });

// The instants are those of clearml_sched_widgets.recurrence.local.instant; tests/unit/recurrence/test_walk.py has such.
it.each([
  ["2026-12-01T06:20", "UTC", "2026-12-01T06:20:00Z"],
  ["2026-12-01T06:20", "Europe/Berlin", "2026-12-01T05:20:00Z"],
  ["2026-07-01T06:20:30", "Europe/Berlin", "2026-07-01T04:20:30Z"],
  ["2026-12-01T00:00", "Asia/Kolkata", "2026-11-30T18:30:00Z"],
  ["2026-01-01T00:00", "America/New_York", "2026-01-01T05:00:00Z"],
  ["2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:00:00Z"], // skipped: the jump itself
  ["2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00Z"], // twice: the first
  ["2026-10-04T02:10", "Australia/Lord_Howe", "2026-10-03T15:30:00Z"], // a jump of half an hour
  ["2011-12-30T12:00", "Pacific/Apia", "2011-12-30T10:00:00Z"], // a day that was left out
])("reads %s in %s", (local, zone, expected) => {
  expect(momentData(typed(local), zone)).toBe(expected);
});

it("tells the two times that a clock shows twice, and the one that it leaves out", () => {
  expect(instantsOfWallTime("2026-10-25T02:30", "Europe/Berlin")?.at).toHaveLength(2);
  expect(momentData(typed("2026-10-25T02:30", true), "Europe/Berlin")).toBe("2026-10-25T01:30:00Z");
  expect(instantsOfWallTime("2026-10-25T03:00", "Europe/Berlin")?.at).toHaveLength(1);
  expect(instantsOfWallTime("2026-03-29T02:00", "Europe/Berlin")?.skipped).toBe(true);
  expect(instantsOfWallTime("2026-03-29T03:00", "Europe/Berlin")).toEqual({
    at: [Date.UTC(2026, 2, 29, 1)],
    skipped: false,
  });
});

it.each(["Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca"])(
  "shows every half hour around the clock changes of %s so that the same instant is read again",
  (zone) => {
    for (const [month, day] of [
      [2, 1],
      [9, 1],
    ] as const) {
      for (let hour = 0; hour < 24 * 62; hour += 0.5) {
        const at = Date.UTC(2026, month, day) + hour * 3_600_000;
        const { local, later } = momentDraft(new Date(at).toISOString(), zone);
        expect(instant({ local, later }, zone)).toBe(at);
      }
    }
  },
);

it("keeps what a definition has until the field or the zone is changed", () => {
  const draft = momentDraft("2026-12-01T06:20:00.000001+05:30", "Europe/Berlin");
  expect(draft.local).toBe("2026-12-01T01:50");
  expect(momentData(draft, "Europe/Berlin")).toBe("2026-12-01T06:20:00.000001+05:30");
  expect(momentData(draft, "UTC")).toBe("2026-12-01T01:50:00Z");
  expect(momentData(typed("2026-12-01T01:50"), "Europe/Berlin")).toBe("2026-12-01T00:50:00Z");
});

it("takes a zone that the browser does not know for UTC, and nothing for nothing", () => {
  expect(inputZone("Mars/Olympus")).toBe("UTC");
  expect(momentDraft("2026-12-01T06:20:00Z", "Mars/Olympus").local).toBe("2026-12-01T06:20");
  expect(momentDraft(null, "UTC")).toEqual(NO_MOMENT);
  expect(momentDraft("soon", "UTC")).toEqual(NO_MOMENT);
  expect(momentData(NO_MOMENT, "UTC")).toBeNull();
  expect(instantsOfWallTime("2026-13-01T00:00", "UTC")).toBeNull();
});
