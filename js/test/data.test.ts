// Tests of the conversion between a definition's data and the form's draft.
import { expect, it } from "vitest";
import { blankDraft, blankSchedule, blankTrigger, type Draft, type RuleDraft } from "../src/state/draft";
import { fromData } from "../src/state/fromData";
import { split, toData } from "../src/state/toData";

function recurrence(change: Partial<RuleDraft>): unknown {
  const schedule = blankSchedule();
  const draft: Draft = {
    ...blankDraft(),
    schedules: [{ ...schedule, recurrence: { ...schedule.recurrence, ...change } }],
  };
  return (toData(draft).schedules as { recurrence: unknown }[])[0]?.recurrence;
}

it("splits a list at its commas and leaves empty parts out", () => {
  expect(split(" 6:20, 18:20 ,, ")).toEqual(["6:20", "18:20"]);
  expect(split(" ")).toEqual([]);
});

it.each([
  [
    { kind: "daily", times: "6:20, 18:20" },
    { type: "daily", times: ["6:20", "18:20"] },
  ],
  [
    { kind: "once", date: "2026-12-01", times: "6:20" },
    { type: "once", date: "2026-12-01", times: ["6:20"] },
  ],
  [
    { kind: "weekly", weekdays: ["monday"], times: "8:00" },
    { type: "weekly", weekdays: ["monday"], times: ["8:00"] },
  ],
  [
    { kind: "monthly", days: "1, last friday", times: "8:00" },
    { type: "monthly", days: [1, "last friday"], times: ["8:00"], months: null },
  ],
  [
    { kind: "monthly", days: "31", times: "8:00", months: "1, march" },
    { type: "monthly", days: [31], times: ["8:00"], months: [1, "march"] },
  ],
  [
    { kind: "interval", every: "15m", anchor: { local: "2026-12-01T06:20", later: false } },
    { type: "interval", every: "15m", anchor: "2026-12-01T06:20:00Z" },
  ],
  [
    { kind: "cron", expression: "*/5 8-18 * * mon-fri" },
    { type: "cron", expression: "*/5 8-18 * * mon-fri" },
  ],
] as const)("sends of a recurrence only what belongs to its kind: %j", (typed, sent) => {
  expect(recurrence(typed as Partial<RuleDraft>)).toEqual({ timezone: "UTC", start: null, end: null, ...sent });
});

it("sends what was typed as typed where it is no number, for Python to refuse", () => {
  const draft = blankDraft();
  const schedule = blankSchedule();
  const data = toData({
    ...draft,
    schedules: [{ ...schedule, policies: { ...schedule.policies, max_runs: "many" } }],
  });
  expect(data.schedules).toMatchObject([{ policies: { max_runs: "many" } }]);
});

it("shows start and end on the clock of the rule's zone, and gives them back as they were written", () => {
  const rule = { type: "daily", times: ["06:20"], start: "2026-12-01T06:20:00+05:30", end: "2026-12-02T00:00:30.25Z" };
  const data = { name: "x", schedules: [{ recurrence: { ...rule, timezone: "Europe/Berlin" } }] };
  const draft = fromData(data);
  expect(draft.schedules[0]?.recurrence.start.local).toBe("2026-12-01T01:50");
  expect(draft.schedules[0]?.recurrence.end.local).toBe("2026-12-02T01:00:30");
  expect(toData(draft).schedules).toMatchObject([{ recurrence: rule }]);
});

const DEFINITION = {
  version: 1,
  name: "Nightly",
  description: "all of it",
  poll_every: "30s",
  schedules: [
    {
      id: "a1",
      name: null,
      enabled: false,
      run_at_start: true,
      action: {
        task: "t1",
        queue: "gpu",
        project: "Vision",
        name: "run",
        parameters: { "Args/lr": "0.1", "Args/empty": "" },
        tags: ["x", "y"],
        time_limit: "2h",
        container: { image: "python:3.11" },
        overrides: { "script.branch": "main" },
        reuse_task: true,
        function: "module.name",
      },
      recurrence: {
        type: "monthly",
        days: [1, "last"],
        times: ["06:20:30"],
        months: [1, 7],
        timezone: "Europe/Berlin",
        start: "2026-12-01T00:00:00Z",
        end: null,
      },
      policies: {
        overlap: "skip",
        missed: "all",
        catchup_window: "2h",
        retries: 2,
        retry_backoff: "5m",
        pause_after_failures: 3,
        max_runs: 3,
        jitter: "90s",
      },
    },
  ],
  triggers: [
    {
      id: "b1",
      name: "When tagged",
      enabled: true,
      entity: "model",
      include_existing: true,
      include_own: true,
      action: { task: "t2", queue: "default", project: null, name: null, parameters: {}, tags: [], time_limit: null },
      when: { type: "tagged", any: ["ready"], all: [], none: ["bad"] },
      select: {
        projects: ["A/B", "C"],
        subprojects: false,
        name: "net",
        name_regex: null,
        tags_any: [],
        tags_all: ["q"],
        tags_none: [],
        users: ["u1"],
        exclude_development: false,
      },
      policies: {
        overlap: null,
        missed: "latest",
        catchup_window: "1h",
        retries: 0,
        retry_backoff: "1m",
        pause_after_failures: null,
        max_runs: null,
        jitter: null,
      },
    },
  ],
};

it("gives a definition back unchanged after a round through the form", () => {
  expect(toData(fromData(DEFINITION))).toEqual(DEFINITION);
});

it("keeps a condition that it has no fields for, whatever else is changed", () => {
  const when = { type: "all_of", parts: [{ type: "archived" }, { type: "not", condition: { type: "created" } }] };
  const draft = fromData({ name: "x", triggers: [{ id: "b1", entity: "dataset", when }] });
  const item = draft.triggers[0];
  expect(item?.when.kept).toEqual(when);
  if (item) item.name = "renamed";
  expect(toData(draft).triggers).toMatchObject([{ name: "renamed", entity: "dataset", when }]);
});

it("gives a base task that is the latest of several back unchanged, and no id beside it", () => {
  const latest = { project: "Vision", name: null, tags: ["prod", "gpu"], status: "published" };
  const draft = fromData({ name: "x", schedules: [{ id: "a1", action: { task: "", latest, queue: "gpu" } }] });
  expect(draft.schedules[0]?.action.base).toBe("latest");
  const action = () => (toData(draft).schedules as { action: Record<string, unknown> }[])[0]?.action;
  expect(action()?.latest).toEqual(latest);
  expect(action()).not.toHaveProperty("task");
  const item = draft.schedules[0];
  if (item) item.action = { ...item.action, base: "task", task: "t1" };
  expect(action()?.task).toBe("t1");
  expect(action()).not.toHaveProperty("latest");
  expect(fromData({ name: "x", schedules: [{ action: { task: "t1", latest: null } }] }).schedules[0]?.action.base).toBe(
    "task",
  );
});

it("fills in what a definition leaves out, and gives each item an id", () => {
  const draft = fromData({ name: "x", schedules: [{}], triggers: [{ when: { type: "nonsense" } }] });
  expect(draft.schedules[0]?.id).toMatch(/^[0-9a-f]{12}$/);
  expect(draft.schedules[0]?.recurrence.kind).toBe("daily");
  expect(draft.triggers[0]?.when.kind).toBe(blankTrigger().when.kind);
});

it("makes a blank form of nothing: one daily schedule", () => {
  const draft = fromData({});
  expect([draft.name, draft.schedules.length, draft.triggers.length]).toEqual(["", 1, 0]);
});
