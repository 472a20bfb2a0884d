import { expect, it } from "vitest";
import { dangerKey, dangers } from "../src/state/surroundings";

const NOW = Date.UTC(2026, 10, 23, 12);
const slept = { from: NOW - 5_400_000, to: NOW - 60_000 };

it("names a host that ends kernels, and says when the computer slept", () => {
  expect(dangers({ host: "JupyterHub", ends: "often ends kernels that nobody uses for a while" }, NOW, true)).toEqual([
    "This kernel runs on JupyterHub, which often ends kernels that nobody uses for a while; what runs in it ends then, too.",
  ]);
  expect(dangers({ slept }, NOW, true)).toEqual([
    "This computer seems to have slept from 10:30:00 to 11:59:00 (1 h 29 min): what runs in this kernel stood still.",
  ]);
});

it("has nothing to say of a computer of one's own that is awake", () => {
  expect(dangers({}, NOW, true)).toEqual([]);
});

it("tells another sleep from one that was read about", () => {
  expect(dangerKey({ slept })).not.toBe(dangerKey({ slept: { ...slept, to: slept.to + 1 } }));
  expect(dangerKey({ host: "Colab" })).not.toBe(dangerKey({}));
});
