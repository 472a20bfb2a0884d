import { afterEach, expect, it, vi } from "vitest";
import { forgetForm, keepForm, leftForm } from "../src/state/left";

afterEach(() => {
  vi.unstubAllGlobals();
  sessionStorage.clear();
});

it("keeps what a form held until it is forgotten", () => {
  expect(leftForm()).toBeNull();
  keepForm({ data: { name: "Nightly" }, changes: "" });
  expect(leftForm()).toEqual({ data: { name: "Nightly" }, changes: "" });
  forgetForm();
  expect(leftForm()).toBeNull();
});

it.each(["{", "null", "7", "{}", '{"data": null}'])("takes %s for nothing", (text) => {
  sessionStorage.setItem("clearml-sched-form", text);
  expect(leftForm()).toBeNull();
});

it("does without where the host allows no storage", () => {
  vi.stubGlobal("sessionStorage", undefined);
  keepForm({ data: {}, changes: "" });
  forgetForm();
  expect(leftForm()).toBeNull();
});
