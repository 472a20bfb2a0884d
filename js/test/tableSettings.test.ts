// Tests of the table settings that the browser saves.
import { afterEach, expect, it, vi } from "vitest";
import { DEFAULT_QUERY, type Query } from "../src/state/tableQuery";
import { loadColumns, loadQuery, saveColumns, saveQuery } from "../src/state/tableSettings";

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
  saveColumns("executed", ["name", "took"]);
  expect(loadColumns("executed")).toEqual(["name", "took"]);
  expect(loadColumns("scheduled")).toBeNull();
  saveQuery("executed", "i1", QUERY);
  expect(loadQuery("executed", "i1", KNOWN)).toEqual(QUERY);
  expect(loadQuery("executed", "i2", KNOWN)).toEqual(DEFAULT_QUERY);
  saveColumns("executed", null);
  saveQuery("executed", "i1", DEFAULT_QUERY);
  expect([localStorage.length, sessionStorage.length]).toEqual([0, 0]);
});

it("keeps nothing that was typed", () => {
  saveQuery("executed", "i1", { ...QUERY, search: "my password" });
  expect(JSON.stringify({ ...sessionStorage, ...localStorage })).not.toContain("password");
  expect(loadQuery("executed", "i1", KNOWN).search).toBe("");
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
  expect(loadQuery("executed", "i1", KNOWN)).toEqual(DEFAULT_QUERY);
});

it.each(["no JSON", "5", "{}", "[1, 2]", JSON.stringify(["x".repeat(1000)])])(
  "has no columns of rubbish: %s",
  (text) => {
    localStorage.setItem("clearml-sched-widgets:executed:columns", text);
    expect(loadColumns("executed")).toBeNull();
  },
);

it("does without a browser that keeps anything", () => {
  const refuse = () => {
    throw new DOMException("denied", "SecurityError");
  };
  for (const kind of ["localStorage", "sessionStorage"]) {
    vi.stubGlobal(kind, { getItem: refuse, setItem: refuse, removeItem: refuse });
  }
  saveColumns("executed", ["name"]);
  saveQuery("executed", "i1", QUERY);
  expect(loadColumns("executed")).toBeNull();
  expect(loadQuery("executed", "i1", KNOWN)).toEqual(DEFAULT_QUERY);
});
