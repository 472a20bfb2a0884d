import { afterEach, expect, it, vi } from "vitest";
import { forgetForm, keepForm, type Left, leftForms } from "../src/state/left";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  sessionStorage.clear();
});

const made = (form: string, name = "Nightly"): Omit<Left, "at"> => ({
  form,
  data: { name },
  instance: "",
  changes: "",
  base: "",
});

/** Keeps a form at a second of its own. */
function keep(left: Omit<Left, "at">, second: number): void {
  vi.useFakeTimers({ now: second * 1000 });
  keepForm(left);
}

it("keeps what a form held until it is forgotten", () => {
  expect(leftForms()).toEqual([]);
  keep(made("one"), 7);
  expect(leftForms()).toEqual([{ ...made("one"), at: 7000 }]);
  forgetForm("one");
  expect(leftForms()).toEqual([]);
});

it("keeps of an instance's edits which one it is, and from which version they began", () => {
  const edits = { ...made("one"), instance: "i1", changes: "Nightly", base: "v1" };
  keepForm(edits);
  expect(leftForms()).toMatchObject([edits]);
});

it("keeps a copy for each form, the latest first, and forgets only the one that is named", () => {
  keep(made("one", "first"), 1);
  keep(made("two", "second"), 2);
  keep(made("one", "first, changed"), 3);
  expect(leftForms().map(({ data }) => data.name)).toEqual(["first, changed", "second"]);
  forgetForm("one");
  expect(leftForms().map(({ form }) => form)).toEqual(["two"]);
});

it("keeps five forms: the one that was left alone for longest goes", () => {
  for (const [second, form] of ["a", "b", "c", "d", "e", "a", "f"].entries()) keep(made(form), second + 1);
  expect(leftForms().map(({ form }) => form)).toEqual(["f", "a", "e", "d", "c"]);
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
  expect(leftForms().map(({ data }) => data.name)).toEqual(["longer"]);
});

it.each(["{", "null", "7", "{}", '{"data": null}'])("takes %s for nothing", (text) => {
  sessionStorage.setItem("clearml-sched-form:one", text);
  sessionStorage.setItem("somebody-else", JSON.stringify({ data: {} }));
  expect(leftForms()).toEqual([]);
});

it("does without where the host allows no storage", () => {
  vi.stubGlobal("sessionStorage", undefined);
  keepForm(made("one"));
  forgetForm("one");
  expect(leftForms()).toEqual([]);
});
