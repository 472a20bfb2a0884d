// Tests of the preview's texts: next runs, missing fields, policies, matches.
import { expect, it } from "vitest";
import { blankDraft, blankPolicies, blankSchedule, type PoliciesDraft } from "../src/state/draft";
import { matchSummary } from "../src/state/matches";
import { missingFields } from "../src/state/missingFields";
import { changedPolicies, hasRetries, jitterText, missedText, overlapText, retryText } from "../src/state/policies";
import { groupByDay, isComplete, upcomingRuns } from "../src/state/upcoming";
import { initialZone, zonesToOffer } from "../src/state/zoneChoice";

const run = (at: number) => ({ at, local: "", zone: "UTC" });

it("merges the next runs of all schedules, soonest first, without those that are over", () => {
  const items = {
    a: { sentence: "", next: [10, 30, 50].map(run) },
    b: { sentence: "", next: [20, 40, 60].map(run) },
  };
  const shown = (now: number, only: string | null = null) =>
    upcomingRuns(items, now, only).map(({ at, item }) => `${item}${at}`);
  expect(shown(0)).toEqual(["a10", "b20", "a30", "b40", "a50", "b60"]);
  expect(shown(20)).toEqual(["a30", "b40", "a50", "b60"]);
  expect(shown(0, "b")).toEqual(["b20", "b40", "b60"]);
  const many = { a: { sentence: "", next: Array.from({ length: 30 }, (_, index) => run(index + 1)) } };
  expect(upcomingRuns(many, 0)).toHaveLength(10);
});

it("puts runs under the days of the chosen zone", () => {
  const night = Date.UTC(2026, 11, 31, 22);
  const runs = [0, 1, 3].map((hours) => ({ ...run(night + hours * 3_600_000), item: "a" }));
  const days = (zone: string) => groupByDay(runs, zone).map((each) => [each.day, each.runs.length]);
  expect(days("UTC")).toEqual([
    ["Thu 31 Dec 2026", 2],
    ["Fri 1 Jan 2027", 1],
  ]);
  expect(days("Asia/Tokyo")).toEqual([["Fri 1 Jan 2027", 3]]);
  expect(days("Nowhere/At_all")).toEqual([["", 3]]);
});

it("says what an item lacks to be previewed, and what to be launched", () => {
  const problems = [
    "schedules[1].recurrence.times",
    "schedules[1].recurrence.times[2]",
    "schedules[1].action.task",
    "schedules[1].policies.retries",
    "schedules[10].action.queue",
    "name",
  ].map((path) => ({ path, message: "x" }));
  expect(missingFields(problems, "schedules[1]")).toEqual({
    when: ["times of the day"],
    launch: ["base task", "advanced settings"],
  });
  const strange = [
    { path: "triggers[0].when", message: "x" },
    { path: "triggers[0].some_thing", message: "x" },
  ];
  expect(missingFields(strange, "triggers[0]")).toEqual({ when: ["when"], launch: ["some thing"] });
});

const policies = (change: Partial<PoliciesDraft> = {}): PoliciesDraft => ({ ...blankPolicies(), ...change });

it("tells of policies what is not as usual", () => {
  expect(changedPolicies(policies(), "schedule")).toEqual([]);
  expect(changedPolicies(policies({ overlap: "allow" }), "schedule")).toEqual([]);
  expect(changedPolicies(policies({ overlap: "allow", jitter: "5m", missed: "all" }), "trigger")).toEqual([
    "overlap: allow",
  ]);
  const all = { overlap: "cancel_previous", missed: "skip", retries: "1", pause_after_failures: "3", max_runs: "1" };
  expect(changedPolicies(policies({ ...all, jitter: "5m" }), "schedule")).toEqual([
    "overlap: cancel previous",
    "missed runs: skip",
    "1 retry",
    "pause after 3 failures",
    "at most 1 run",
    "jitter 5m",
  ]);
  expect(changedPolicies(policies({ catchup_window: "2h" }), "schedule")).toEqual(["catch-up 2h"]);
});

it("explains the chosen policies in words", () => {
  expect(overlapText(policies(), "schedule")).toMatch("may overlap");
  expect(overlapText(policies(), "trigger")).toMatch("in their order");
  expect(missedText(policies({ missed: "all", catchup_window: "2h" }))).toMatch(
    "every missed run that is at most 2h late",
  );
  expect(hasRetries(policies({ retries: " 0 " }))).toBe(false);
  expect(retryText(policies({ retries: "2", retry_backoff: "30s" }))).toMatch("after 30s");
  expect(jitterText(policies())).toMatch("on time");
});

it("shows times in the zone that all schedules share, else in the browser's", () => {
  const schedule = (timezone: string) => {
    const blank = blankSchedule();
    return { ...blank, recurrence: { ...blank.recurrence, timezone } };
  };
  const draft = (...zones: string[]) => ({ ...blankDraft(), schedules: zones.map(schedule) });
  expect(initialZone(draft("Asia/Tokyo", "Asia/Tokyo"), "Europe/Paris")).toBe("Asia/Tokyo");
  expect(initialZone(draft("Asia/Tokyo", "UTC"), "Europe/Paris")).toBe("Europe/Paris");
  expect(initialZone(draft("half typ"), "Europe/Paris")).toBe("Europe/Paris");
  expect(zonesToOffer(draft("Asia/Tokyo", "half typ"), "Europe/Paris")).toEqual(["Asia/Tokyo", "UTC", "Europe/Paris"]);
});

it.each([
  [{ count: 0, read: 0, all_read: true }, false, "The server has no tasks yet."],
  [{ count: 0, read: 1200, all_read: true }, false, "None of 1,200 tasks matches now."],
  [{ count: 1, read: 5, all_read: true }, true, "1 task matches now. At the launch it starts a run."],
  [
    { count: 2, read: 5001, all_read: false },
    false,
    /2 tasks match now among the 5,001 tasks looked at, which are not all/,
  ],
  [
    { count: 2, read: 9, all_read: true },
    false,
    "2 tasks match now. What matches already starts no run; the next event does.",
  ],
])("says of %j what it means for a launch", (found, include_existing, expected) => {
  const words = matchSummary({ ...found, objects: [] }, { entity: "task", include_existing });
  expect(words).toMatch(expected);
});

it("does not take runs that are over by now for the last ones", () => {
  const next = (count: number) => ({
    a: { sentence: "", next: Array.from({ length: count }, (_, at) => run(at + 1)) },
  });
  expect(upcomingRuns(next(10), 7)).toHaveLength(3);
  expect([isComplete(next(10)), isComplete(next(9)), isComplete({})]).toEqual([false, true, true]);
  expect(isComplete({ ...next(10), b: { sentence: "", next: [run(5)] } }, "b")).toBe(true);
});
