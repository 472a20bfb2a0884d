// Tests of which rows of a long list are rendered.
import { expect, it } from "vitest";
import { rowAfterKey, scrollTopForDetails, scrollTopForRow, visibleRows } from "../src/state/rowWindow";

const sight = { top: 0, height: 660, pitch: 66 };

it("has a short list on the page as a whole, and of a long one what is in sight", () => {
  expect(visibleRows(100, { ...sight, top: 9000 }, 0)).toHaveLength(100);
  expect(visibleRows(2000, sight, 0)).toEqual(Array.from({ length: 19 }, (_, place) => place));
  const middle = visibleRows(2000, { ...sight, top: 66_000 }, 1005);
  expect([middle[0], middle.at(-1), middle.length]).toEqual([992, 1018, 27]);
  expect(visibleRows(2000, { ...sight, top: 66 * 1990 }, 1999).at(-1)).toBe(1999);
  expect(visibleRows(0, sight, 0)).toEqual([]);
});

it("keeps the row that the keyboard is at, wherever one scrolls", () => {
  expect(visibleRows(2000, { ...sight, top: 66_000 }, 3)[0]).toBe(3);
  expect(visibleRows(2000, sight, 1500).at(-1)).toBe(1500);
  expect(visibleRows(200, { ...sight, top: 66_000 }, 500)).toEqual([199]); // the list became shorter
});

it("goes by rows, by what is in sight, and to the ends", () => {
  const lead = (key: string, place: number) => rowAfterKey(key, place, 2000, sight);
  expect(["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"].map((key) => lead(key, 100))).toEqual([
    101, 99, 109, 91, 0, 1999,
  ]);
  expect([lead("ArrowUp", 0), lead("ArrowDown", 1999), lead("Enter", 5)]).toEqual([0, 1999, null]);
  expect(rowAfterKey("End", 0, 0, sight)).toBeNull();
});

it("scrolls as little as it takes to show a row", () => {
  expect(scrollTopForRow(3, 2000, sight)).toBe(0);
  expect(scrollTopForRow(10, 2000, sight)).toBe(66);
  expect(scrollTopForRow(1999, 2000, sight)).toBe(1990 * 66);
  expect(scrollTopForRow(5, 2000, { ...sight, top: 1000 })).toBe(330);
  expect(scrollTopForRow(20, 2000, { ...sight, top: 1000 })).toBe(1000);
});

it("shows as much of what a row unfolds as there is room for, and the row itself in any case", () => {
  expect(scrollTopForDetails(0, 236, { top: 0, height: 400 })).toBe(0);
  expect(scrollTopForDetails(360, 596, { top: 0, height: 400 })).toBe(196);
  expect(scrollTopForDetails(360, 596, { top: 250, height: 400 })).toBe(250);
  expect(scrollTopForDetails(360, 1360, { top: 0, height: 400 })).toBe(360);
  expect(scrollTopForDetails(36, 272, { top: 500, height: 400 })).toBe(36); // what was unfolded above it has gone
});
