import { expect, it } from "vitest";
import shared from "../../tests/unit/widgets/dashboard/table_queries.json"; // the kernel answers the same queries
import { answered, choicesIn, EVERYTHING, isEverything, narrows, type Query } from "../src/state/tableQuery";

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
  const found = answered(state, { ...EVERYTHING, ...query });
  expect([...found.rows.values()].map(({ id }) => id)).toEqual(ids);
  expect(found.matching).toBe(ids.length);
});

it("knows when nothing is left out", () => {
  expect(isEverything(EVERYTHING)).toBe(true);
  expect(isEverything({ ...EVERYTHING, sort: ["id", false] })).toBe(false);
  expect(narrows({ ...EVERYTHING, sort: ["id", false] })).toBe(false);
  expect(narrows({ ...EVERYTHING, search: "  " })).toBe(false);
  expect(narrows({ ...EVERYTHING, values: { status: ["failed"] } })).toBe(true);
});

it("counts the values of a column", () => {
  expect(choicesIn(rows, ["status"])).toEqual({
    status: [
      ["completed", 2],
      ["failed", 2],
      ["queued", 1],
    ],
  });
});
