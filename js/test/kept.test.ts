import { afterEach, expect, it, vi } from "vitest";
import { keepColumns, keepQuery, keptColumns, keptQuery } from "../src/state/kept";
import { EVERYTHING, type Query } from "../src/state/tableQuery";

const KNOWN = ["name", "status", "started"];
const QUERY: Query = {
  sort: ["name", true],
  search: "",
  values: { status: ["failed"] },
  period: { column: "started", start: 5, end: null },
};

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
  sessionStorage.clear();
});

it("gives back the columns of a table, and the sort and filters of one of its instances", () => {
  keepColumns("executed", ["name", "took"]);
  expect(keptColumns("executed")).toEqual(["name", "took"]);
  expect(keptColumns("scheduled")).toBeNull();
  keepQuery("executed", "i1", QUERY);
  expect(keptQuery("executed", "i1", KNOWN)).toEqual(QUERY);
  expect(keptQuery("executed", "i2", KNOWN)).toEqual(EVERYTHING);
  keepColumns("executed", null);
  keepQuery("executed", "i1", EVERYTHING);
  expect([localStorage.length, sessionStorage.length]).toEqual([0, 0]);
});

it("keeps nothing that was typed", () => {
  keepQuery("executed", "i1", { ...QUERY, search: "my password" });
  expect(JSON.stringify({ ...sessionStorage, ...localStorage })).not.toContain("password");
  expect(keptQuery("executed", "i1", KNOWN).search).toBe("");
});

it.each([
  "no JSON",
  "5",
  "[]",
  "{}",
  '{"sort": ["gone", true], "values": {"gone": ["a"]}, "period": {"column": "gone"}}',
  '{"sort": ["name"], "values": {"status": "failed"}, "period": 7}',
  '{"sort": "name", "values": {"status": [1]}, "period": {"column": "started", "start": "x", "end": null}}',
  '{"sort": ["name", 1], "values": [], "period": []}',
])("makes nothing of rubbish: %s", (text) => {
  sessionStorage.setItem("clearml-sched-widgets:executed:i1", text);
  expect(keptQuery("executed", "i1", KNOWN)).toEqual(EVERYTHING);
});

it.each(["no JSON", "5", "{}", "[1, 2]", JSON.stringify(["x".repeat(1000)])])(
  "has no columns of rubbish: %s",
  (text) => {
    localStorage.setItem("clearml-sched-widgets:executed:columns", text);
    expect(keptColumns("executed")).toBeNull();
  },
);

it("does without a browser that keeps anything", () => {
  const refuse = () => {
    throw new DOMException("denied", "SecurityError");
  };
  for (const kind of ["localStorage", "sessionStorage"]) {
    vi.stubGlobal(kind, { getItem: refuse, setItem: refuse, removeItem: refuse });
  }
  keepColumns("executed", ["name"]);
  keepQuery("executed", "i1", QUERY);
  expect(keptColumns("executed")).toBeNull();
  expect(keptQuery("executed", "i1", KNOWN)).toEqual(EVERYTHING);
});
