// Tests of the warnings about the kernel's environment.
import { expect, it } from "vitest";
import { kernelWarnings, warningKey } from "../src/state/kernelWarnings";

const NOW = Date.UTC(2026, 10, 23, 12);
const slept = { from: NOW - 5_400_000, to: NOW - 60_000 };

it("names a host that ends kernels, and says when the computer slept", () => {
  expect(
    kernelWarnings({ host: "JupyterHub", ends: "often ends kernels that nobody uses for a while" }, NOW, true),
  ).toEqual([
    "This kernel runs on JupyterHub, which often ends kernels that nobody uses for a while; what runs in it ends then, too.",
  ]);
  expect(kernelWarnings({ slept }, NOW, true)).toEqual([
    "This computer seems to have slept from 10:30:00 to 11:59:00 (1 h 29 min): what runs in this kernel stood still.",
  ]);
});

it("has nothing to say of a computer of one's own that is awake", () => {
  expect(kernelWarnings({}, NOW, true)).toEqual([]);
});

it("tells another sleep from one that was read about", () => {
  expect(warningKey({ slept })).not.toBe(warningKey({ slept: { ...slept, to: slept.to + 1 } }));
  expect(warningKey({ host: "Colab" })).not.toBe(warningKey({}));
});
