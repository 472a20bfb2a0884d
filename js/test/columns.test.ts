// Tests of which columns of a table fit into a width.
import { expect, test } from "vitest";
import { fittingColumns } from "../src/state/columns";

const COLUMNS = [
  { name: "name", width: 150 },
  { name: "started", width: 120, dropOrder: 1 },
  { name: "status", width: 100 },
  { name: "id", width: 80, dropOrder: 2 },
];

const names = (room: number) => fittingColumns(COLUMNS, room).map(({ name }) => name);

test("All columns are shown where there is room, in their order", () => {
  expect(names(450)).toEqual(["name", "started", "status", "id"]);
});

test("The ones of the highest number leave first, and no more than must", () => {
  expect(names(449)).toEqual(["name", "started", "status"]);
  expect(names(370)).toEqual(["name", "started", "status"]);
  expect(names(369)).toEqual(["name", "status"]);
});

test("A column of number 0 leaves only where the others have shrunk as far as they may", () => {
  const columns = [
    { name: "name", width: 200, minWidth: 100 },
    { name: "next", width: 120, dropOrder: 0 },
    { name: "queue", width: 80, dropOrder: 1 },
  ];
  const shown = (room: number) => fittingColumns(columns, room).map(({ name }) => name);
  expect(shown(399)).toEqual(["name", "next"]);
  expect(shown(220)).toEqual(["name", "next"]);
  expect(shown(219)).toEqual(["name"]);
});

test("What is not to leave stays, however small the room", () => {
  expect(names(0)).toEqual(["name", "status"]);
});
