// Tests of filtering and sorting the list of instances.
import { expect, it } from "vitest";
import type { InstanceBrief } from "../src/messages/instances";
import { applyChanges, countByGroup, filterInstances, NO_FILTERS } from "../src/state/instances";

function row(id: string, changes: Partial<InstanceBrief> = {}): InstanceBrief {
  return {
    ...{ id, name: id, status: "running", where: "service", user: "Ann", mine: true, started: 0, changed: 0 },
    ...{ heard: null, items: 1, next: null, problem: "" },
    ...changes,
  };
}

const ids = (rows: InstanceBrief[]) => rows.map(({ id }) => id).join(" ");

it("lays what changed over what was sent as a whole", () => {
  const base = [row("a"), row("b"), row("c")];
  expect(applyChanges(base, {})).toEqual(base);
  const now = applyChanges(base, { rows: [row("b", { status: "paused" }), row("d")], gone: ["a"] });
  expect(now.map(({ id, status }) => `${id} ${status}`)).toEqual(["b paused", "d running", "c running"]);
});

it("finds words of the text in name and user, and an id by how it begins", () => {
  const rows = [row("a1234567", { name: "Nightly report" }), row("b2", { name: "Weekly report", user: "Bob" })];
  const found = (text: string) => ids(filterInstances(rows, { ...NO_FILTERS, text }));
  expect(found("REPORT")).toBe("a1234567 b2");
  expect(found("bob report")).toBe("b2");
  expect(found(" nightly  ")).toBe("a1234567");
  expect(found("a12345")).toBe("a1234567");
  expect(found("a1")).toBe("");
  expect(found("bob nightly")).toBe("");
});

it("shows only one's own, only a group, and counts the groups", () => {
  const rows = [row("a"), row("b", { mine: false }), row("c", { status: "silent" }), row("d", { status: "draft" })];
  expect(ids(filterInstances(rows, { ...NO_FILTERS, mine: true }))).toBe("c a d");
  expect(ids(filterInstances(rows, { ...NO_FILTERS, group: "running" }))).toBe("a b");
  expect(countByGroup(rows)).toEqual({ all: 4, running: 2, paused: 0, draft: 1, stopped: 0, trouble: 1 });
});

it("sorts by status with trouble first, by name as people count, by the next run, by the last change", () => {
  const rows = [
    row("1", { name: "job 10", next: 5, changed: 1 }),
    row("2", { name: "job 9", status: "failed", changed: 3 }),
    row("3", { name: "Job 1", status: "stopped", changed: 2 }),
    row("4", { name: "job 2", next: 3, changed: 4 }),
  ];
  const sorted = (order: "status" | "name" | "next" | "changed") =>
    ids(filterInstances(rows, { ...NO_FILTERS, order }));
  expect(sorted("status")).toBe("2 4 1 3");
  expect(sorted("name")).toBe("3 4 2 1");
  expect(sorted("next")).toBe("4 1 3 2");
  expect(sorted("changed")).toBe("4 2 3 1");
});
