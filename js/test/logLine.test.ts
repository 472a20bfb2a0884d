// Tests of splitting a log line into texts, tasks and times.
import { expect, it } from "vitest";
import { splitLine } from "../src/state/logLine";

const ID = "d4a4ba8a30c1e5c8d4a4ba8a30c1e5c8";
const AT = "2026-11-22T10:00:00Z";

it("finds the tasks and the times that the engine writes", () => {
  const at = Date.UTC(2026, 10, 22, 10);
  expect(splitLine(`Ingest: launched task ${ID} for ${AT}.`)).toEqual([
    "Ingest: launched task ",
    { task: ID },
    " for ",
    { at },
    ".",
  ]);
  expect(splitLine(`skipped the runs from ${AT} to ${AT}: late`)).toEqual([
    "skipped the runs from ",
    { at },
    " to ",
    { at },
    ": late",
  ]);
});

it.each([
  ["", []],
  ["Stopped.", ["Stopped."]],
  [`the model ${ID}`, [`the model ${ID}`]],
  [`task ${ID}0`, [`task ${ID}0`]],
  [`multitask ${ID}`, [`multitask ${ID}`]],
  ["at 2026-99-22T10:00:00Z", ["at 2026-99-22T10:00:00Z"]],
  [`task ${ID.toUpperCase()}`, [`task ${ID.toUpperCase()}`]],
])("leaves %j as it is", (text, whole) => {
  expect(splitLine(text)).toEqual(whole);
});
