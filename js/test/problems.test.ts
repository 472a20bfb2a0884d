// Tests of assigning problems to fields.
import { expect, it } from "vitest";
import { messagesAt, problemsOutside, sentence, within } from "../src/state/problems";

it.each([
  ["name", "name", true],
  ["schedules[1].recurrence.times[0]", "schedules[1].recurrence.times", true],
  ["schedules[1].action.parameters['a']", "schedules[1].action.parameters", true],
  ["schedules[10].action", "schedules[1]", false],
  ["namesake", "name", false],
  ["name", "name.first", false],
])("%s within %s: %s", (path, field, expected) => {
  expect(within(path, field)).toBe(expected);
});

it("gives a field its messages as sentences, each once", () => {
  const problems = [
    { path: "schedules[0].recurrence.times[0]", message: "expected a time of day" },
    { path: "schedules[0].recurrence.times[1]", message: "expected a time of day" },
    { path: "schedules[0].recurrence.timezone", message: "expected a zone" },
  ];
  expect(messagesAt(problems, "schedules[0].recurrence.times")).toEqual(["Expected a time of day."]);
});

it("keeps for the summary what no field shows", () => {
  const problems = [
    { path: "name", message: "a" },
    { path: "schedules[0].action.task", message: "b" },
    { path: "schedules[1].action.task", message: "c" },
    { path: "schedules", message: "d" },
  ];
  const shown = new Set(["name", "schedules[0].action.task"]);
  expect(problemsOutside(problems, shown).map(({ message }) => message)).toEqual(["c", "d"]);
});

it("makes a sentence and leaves one alone", () => {
  expect(sentence("expected a time")).toBe("Expected a time.");
  expect(sentence('expected "06:20" or "…Z"')).toBe('Expected "06:20" or "…Z".');
  expect(sentence("Who is it?")).toBe("Who is it?");
});
