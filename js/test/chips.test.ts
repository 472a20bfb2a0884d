// Tests of chips: splitting typed values, and messages about single values.
import { expect, it } from "vitest";
import { chipMessages, isInvalidAt } from "../src/state/chipProblems";
import { addAll, addTyped, chipsText, parseChips } from "../src/state/chips";

const BLANKS = /[,;\s]+/;
const COMMAS = /[,\n]/;

it.each([
  ["6:20, 18:20", "", { chips: ["6:20", "18:20"], typing: "" }],
  ["6:20, 18:2", "18:2", { chips: ["6:20"], typing: "18:2" }],
  ["6:20", "18", { chips: ["6:20"], typing: "" }], // another definition took the place of what was typed
  ["", "", { chips: [], typing: "" }],
])("takes %j, of which %j is being typed, apart", (text, typing, expected) => {
  expect(parseChips(text, typing)).toEqual(expected);
});

it.each([
  ["6:20,", BLANKS, { chips: ["a", "6:20"], typing: "" }],
  ["6:20 18:20", BLANKS, { chips: ["a", "6:20"], typing: "18:20" }],
  ["6:2", BLANKS, { chips: ["a"], typing: "6:2" }],
  ["two words", COMMAS, { chips: ["a"], typing: "two words" }],
  ["two words, b", COMMAS, { chips: ["a", "two words"], typing: "b" }],
  [",, a,", BLANKS, { chips: ["a"], typing: "" }],
])("makes chips of what stands before a separator: %j", (input, separators, expected) => {
  expect(addTyped(["a"], input, separators)).toEqual(expected);
});

it("makes chips of all that was pasted, whatever separates it", () => {
  const found = addAll(["6:20"], "8:00, 9:00\n10:00;6:20", BLANKS);
  expect(found).toEqual({ chips: ["6:20", "8:00", "9:00", "10:00"], typing: "" });
  expect(chipsText(found)).toBe("6:20, 8:00, 9:00, 10:00");
  expect(chipsText({ chips: ["6:20"], typing: " 8" })).toBe("6:20, 8");
});

const FIELD = "schedules[0].recurrence.times";
const PROBLEMS = [
  { path: `${FIELD}[1]`, message: "expected a time" },
  { path: `${FIELD}[2]`, message: "expected a time" },
  { path: `${FIELD}`, message: "too many" },
  { path: "schedules[0].recurrence.timezone", message: "elsewhere" },
];

it("says of which values a message is", () => {
  expect(chipMessages(PROBLEMS, FIELD, "6:20, 25:00, x", false)).toEqual([
    "“25:00”, “x”: Expected a time.",
    "Too many.",
  ]);
  expect([0, 1, 2].map((index) => isInvalidAt(PROBLEMS, FIELD, index))).toEqual([false, true, true]);
});

it("does not complain of what is still being typed", () => {
  expect(chipMessages(PROBLEMS.slice(0, 2), FIELD, "6:20, 25:00, 1", true)).toEqual(["“25:00”: Expected a time."]);
});
