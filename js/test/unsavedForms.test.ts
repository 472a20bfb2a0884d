// Tests of saving forms in the browser tab.
import { afterEach, expect, it, vi } from "vitest";
import { deleteUnsavedForm, listUnsavedForms, saveUnsavedForm, type UnsavedForm } from "../src/state/unsavedForms";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  sessionStorage.clear();
});

const made = (form: string, name = "Nightly"): Omit<UnsavedForm, "at"> => ({
  form,
  data: { name },
  instance: "",
  changes: "",
  base: "",
});

/** Keeps a form at a second of its own. */
function keep(left: Omit<UnsavedForm, "at">, second: number): void {
  vi.useFakeTimers({ now: second * 1000 });
  saveUnsavedForm(left);
}

it("keeps what a form held until it is forgotten", () => {
  expect(listUnsavedForms()).toEqual([]);
  keep(made("one"), 7);
  expect(listUnsavedForms()).toEqual([{ ...made("one"), at: 7000 }]);
  deleteUnsavedForm("one");
  expect(listUnsavedForms()).toEqual([]);
});

it("keeps of an instance's edits which one it is, and from which version they began", () => {
  const edits = { ...made("one"), instance: "i1", changes: "Nightly", base: "v1" };
  saveUnsavedForm(edits);
  expect(listUnsavedForms()).toMatchObject([edits]);
});

it("keeps a copy for each form, the latest first, and forgets only the one that is named", () => {
  keep(made("one", "first"), 1);
  keep(made("two", "second"), 2);
  keep(made("one", "first, changed"), 3);
  expect(listUnsavedForms().map(({ data }) => data.name)).toEqual(["first, changed", "second"]);
  deleteUnsavedForm("one");
  expect(listUnsavedForms().map(({ form }) => form)).toEqual(["two"]);
});

it("keeps five forms: the one that was left alone for longest goes", () => {
  for (const [second, form] of ["a", "b", "c", "d", "e", "a", "f"].entries()) keep(made(form), second + 1);
  expect(listUnsavedForms().map(({ form }) => form)).toEqual(["f", "a", "e", "d", "c"]);
});

it("gives up the others where the host has no more room", () => {
  keep(made("one"), 1);
  keep(made("two"), 2);
  const room = sessionStorage;
  vi.stubGlobal("sessionStorage", {
    get length() {
      return room.length;
    },
    key: (index: number) => room.key(index),
    getItem: (key: string) => room.getItem(key),
    removeItem: (key: string) => room.removeItem(key),
    setItem: (key: string, text: string) => {
      if (room.length > 1) throw new DOMException("full", "QuotaExceededError");
      room.setItem(key, text);
    },
  });
  keep(made("two", "longer"), 3);
  expect(listUnsavedForms().map(({ data }) => data.name)).toEqual(["longer"]);
});

it.each(["{", "null", "7", "{}", '{"data": null}'])("takes %s for nothing", (text) => {
  sessionStorage.setItem("clearml-sched-form:one", text);
  sessionStorage.setItem("somebody-else", JSON.stringify({ data: {} }));
  expect(listUnsavedForms()).toEqual([]);
});

it("does without where the host allows no storage", () => {
  vi.stubGlobal("sessionStorage", undefined);
  saveUnsavedForm(made("one"));
  deleteUnsavedForm("one");
  expect(listUnsavedForms()).toEqual([]);
});
