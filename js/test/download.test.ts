// Tests of downloads, and of the values of date and time inputs.
import { expect, it, vi } from "vitest";
import { parseDatetimeLocal } from "../src/state/datetimeLocal";
import { fetchCsv, fileName, saveFile } from "../src/state/download";

it("fetches a file piece by piece, all of one state of the table", async () => {
  const asked: object[] = [];
  const pieces = [
    { token: 7, name: "runs.csv", text: "a,b\n", done: 0, total: 2, next: 0 },
    { token: 7, name: "runs.csv", text: "1,2\n", done: 1, total: 2, next: 1 },
    { token: 7, name: "runs.csv", text: "3,4\n", done: 2, total: 2, next: null },
  ];
  const request = async (_: string, content: object) => pieces[asked.push(content) - 1];
  const progress: number[][] = [];
  const model = { request } as unknown as Parameters<typeof fetchCsv>[0];
  const file = await fetchCsv(model, { text: "x" }, (...told) => progress.push(told));
  expect(file).toEqual({ name: "runs.csv", parts: ["a,b\n", "1,2\n", "3,4\n"] });
  expect(asked).toEqual([{ text: "x" }, { text: "x", token: 7, offset: 0 }, { text: "x", token: 7, offset: 1 }]);
  expect(progress).toEqual([
    [0, 2],
    [1, 2],
    [2, 2],
  ]);
});

it.each([
  ["Nightly training", "Nightly-training.json"],
  ["a/b\\c:d", "a-b-c-d.json"],
  ["../../etc/passwd", "etc-passwd.json"],
  ["Größe 大", "Größe-大.json"],
  ["𝔘".repeat(101), `${"𝔘".repeat(100)}.json`],
  ["", "unnamed.json"],
  ["...", "unnamed.json"],
])("calls the file of %j %j", (name, file) => {
  expect(fileName(name, "json")).toBe(file);
});

it("reads what a field for date and time says", () => {
  expect(parseDatetimeLocal("2026-11-22T10:00", true)).toBe(Date.UTC(2026, 10, 22, 10));
  expect(parseDatetimeLocal("2026-11-22T10:00", false)).toBe(new Date(2026, 10, 22, 10).getTime());
  expect(parseDatetimeLocal("", true)).toBeNull();
});

it("saves a file by a click that the page sees, and leaves nothing behind", () => {
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:a-file");
  const seen: unknown[] = [];
  const onClick = ({ target }: Event) => {
    if (target instanceof HTMLAnchorElement) seen.push([target.href, target.download]);
  };
  document.body.addEventListener("click", onClick);
  saveFile("runs.csv", ["a,b\n"]);
  vi.restoreAllMocks();
  document.body.removeEventListener("click", onClick);
  expect(seen).toEqual([["blob:a-file", "runs.csv"]]);
  expect(document.querySelector("a")).toBeNull();
});
