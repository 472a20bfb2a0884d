// Tests of sort, search and filters in the page, with the cases that the kernel is tested with.
import { expect, it } from "vitest";
import shared from "../../tests/unit/widgets/dashboard/table_queries.json"; // the kernel answers the same queries
import {
  applyQuery,
  countChoices,
  DEFAULT_QUERY,
  isDefaultQuery,
  isFiltered,
  type Query,
} from "../src/state/tableQuery";

interface Case {
  name: string;
  query: Partial<Query>;
  ids: string[];
}
interface Row {
  id: string;
}
const { rows, cases } = shared as unknown as { rows: Row[]; cases: Case[] };
const state = { revision: 1, latest: 1, total: rows.length, matching: rows.length, rows: new Map(rows.entries()) };

it.each(cases)("answers by itself where it has all rows: $name", ({ query, ids }) => {
  const found = applyQuery(state, { ...DEFAULT_QUERY, ...query });
  expect([...found.rows.values()].map(({ id }) => id)).toEqual(ids);
  expect(found.matching).toBe(ids.length);
});

it("knows when nothing is left out", () => {
  expect(isDefaultQuery(DEFAULT_QUERY)).toBe(true);
  expect(isDefaultQuery({ ...DEFAULT_QUERY, sort: ["id", false] })).toBe(false);
  expect(isFiltered({ ...DEFAULT_QUERY, sort: ["id", false] })).toBe(false);
  expect(isFiltered({ ...DEFAULT_QUERY, search: "  " })).toBe(false);
  expect(isFiltered({ ...DEFAULT_QUERY, values: { status: ["failed"] } })).toBe(true);
});

it("counts the values of a column", () => {
  expect(countChoices(rows, ["status"])).toEqual({
    status: [
      ["completed", 2],
      ["failed", 2],
      ["queued", 1],
    ],
  });
});
