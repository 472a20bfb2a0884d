// Tests of the overrides of hyperparameters.
import { expect, it } from "vitest";
import type { Parameter } from "../src/messages/wizard";
import {
  booleanTexts,
  controlOf,
  findOverride,
  freeRowIndexes,
  keyPath,
  repeatedNames,
  setOverride,
  shownParameters,
  variablesFor,
} from "../src/state/parameters";

const base = (name: string, value: string, type = "str"): Parameter => ({
  name,
  value,
  type,
  length: value.length,
  description: "",
});
const lr = base("Args/lr", "0.1", "float");
const epochs = base("Args/epochs", "30", "int");

it("keeps only what differs from the base task", () => {
  const changed = setOverride([], lr, "0.2");
  expect(changed).toEqual([{ name: "Args/lr", value: "0.2" }]);
  expect(setOverride(changed, lr, "0.3")).toEqual([{ name: "Args/lr", value: "0.3" }]);
  expect(setOverride(changed, lr, "")).toEqual([{ name: "Args/lr", value: "" }]);
  expect(setOverride(changed, lr, "0.1")).toEqual([]);
  expect(findOverride([...changed, { name: " Args/lr ", value: "9" }], "Args/lr")?.value).toBe("9");
});

it("edits a value by its type, and as text where the type does not fit", () => {
  const flag = base("Args/flag", "True", "bool");
  expect(controlOf(flag, "False")).toBe("choice");
  expect(controlOf(flag, "$" + "{task.id}")).toBe("text");
  expect([controlOf(lr, "x"), controlOf(epochs, "3"), controlOf(base("a/b", ""), "")]).toEqual([
    "number",
    "number",
    "text",
  ]);
  expect(controlOf(base("a/b", ""), "two\nlines")).toBe("long");
  expect(controlOf({ ...base("a/b", "cut"), length: 20_000 }, "")).toBe("long");
  expect(booleanTexts(flag)).toEqual(["True", "False"]);
  expect(booleanTexts(base("a/b", "false", "bool"))).toEqual(["true", "false"]);
});

it("tells rows that the base has from those named by hand, and shows a name once", () => {
  const rows = [
    { name: "Args/lr", value: "1" },
    { name: "Args/new", value: "2" },
    { name: "Args/epochs", value: "3", custom: true as const },
  ];
  expect(freeRowIndexes(rows, [lr, epochs])).toEqual([1, 2]);
  expect(shownParameters([lr, epochs], rows, "", false)).toEqual([lr]);
});

it("finds parameters by name and value, and those that were changed", () => {
  const rows = [{ name: "Args/lr", value: "warmup" }];
  expect(shownParameters([lr, epochs], rows, "EPO", false)).toEqual([epochs]);
  expect(shownParameters([lr, epochs], rows, "warm", false)).toEqual([lr]);
  expect(shownParameters([lr, epochs], rows, "", true)).toEqual([lr]);
});

it("says which names stand twice", () => {
  const rows = ["a/b", "a/c", " a/b", "", ""].map((name) => ({ name, value: "" }));
  expect([...repeatedNames(rows)]).toEqual(["a/b"]);
});

it("writes the path of a key as Python does", () => {
  expect(keyPath("p", "Args/lr")).toBe("p['Args/lr']");
  expect(keyPath("p", "it's")).toBe(`p["it's"]`);
  expect(keyPath("p", `both ' and "`)).toBe(`p['both \\' and "']`);
});

it("offers what an event stands for to triggers, and the due time to all", () => {
  expect(variablesFor(null)).toEqual(["$" + "{scheduled}"]);
  expect(variablesFor("model")).toContain("$" + "{model.id}");
});
