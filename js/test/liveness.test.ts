// Tests of when the kernel counts as silent.
import { expect, it } from "vitest";
import { initialContactTime, isKernelSilent } from "../src/dashboard/Liveness";

const MINUTE = 60_000;
const NOW = 1_795_000_000_000;

it("takes what a page begins with for fresh, whatever the clocks, unless it was saved long ago", () => {
  for (const beat of [undefined, NOW, NOW - 9 * MINUTE, NOW + 60 * MINUTE]) {
    expect(isKernelSilent({ at: initialContactTime(beat, NOW), lost: false }, NOW)).toBe(false);
  }
  const saved = NOW - 24 * 60 * MINUTE;
  expect(initialContactTime(saved, NOW)).toBe(saved);
  expect(isKernelSilent({ at: initialContactTime(saved, NOW), lost: false }, NOW)).toBe(true);
});
