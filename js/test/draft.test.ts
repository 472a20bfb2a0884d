// Tests of the functions that change lists of items in a draft.
import { expect, it } from "vitest";
import {
  blankSchedule,
  blankTrigger,
  duplicateItem,
  insertItem,
  moveItem,
  newId,
  removeItem,
  replaceItem,
} from "../src/state/draft";
import { withEntity } from "../src/wizard/TriggerFields";

it("moves an item by one place, and not beyond the ends", () => {
  expect(moveItem(["a", "b", "c"], 1, -1)).toEqual(["b", "a", "c"]);
  expect(moveItem(["a", "b", "c"], 1, 1)).toEqual(["a", "c", "b"]);
  expect(moveItem(["a", "b"], 0, -1)).toEqual(["a", "b"]);
  expect(moveItem(["a", "b"], 1, 1)).toEqual(["a", "b"]);
  expect(moveItem(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
});

it("puts a copy after the item, under an id of its own and sharing nothing with it", () => {
  const item = { ...blankSchedule(), name: "Train" };
  const [first, copy, last] = duplicateItem([item, blankSchedule()], 0);
  expect(first).toBe(item);
  expect(copy).toEqual({ ...item, id: copy?.id, name: "Train (copy)" });
  expect(copy?.id).not.toBe(item.id);
  expect(copy?.action).not.toBe(item.action);
  expect(last?.id).not.toBe(item.id);
});

it("replaces and removes by place", () => {
  expect(replaceItem([1, 2, 3], 1, 9)).toEqual([1, 9, 3]);
  expect(removeItem([1, 2, 3], 1)).toEqual([1, 3]);
  expect(insertItem([1, 3], 1, 2)).toEqual([1, 2, 3]);
  expect(insertItem([1], 5, 2)).toEqual([1, 2]);
});

it("makes ids that differ", () => {
  expect(new Set(Array.from({ length: 100 }, newId)).size).toBe(100);
});

it("gives a model a condition that models have, and keeps one that they have", () => {
  const trigger = blankTrigger();
  expect(withEntity(trigger, "model").when.kind).toBe("published");
  expect(withEntity(trigger, "dataset").when.kind).toBe("status_changed");
  const tagged = { ...trigger, when: { ...trigger.when, kind: "tagged" as const } };
  expect(withEntity(tagged, "model").when.kind).toBe("tagged");
});
