import { expect, it } from "vitest";
import { firstHeard, silent } from "../src/dashboard/Liveness";

const MINUTE = 60_000;
const NOW = 1_795_000_000_000;

it("takes what a page begins with for fresh, whatever the clocks, unless it was saved long ago", () => {
  for (const beat of [undefined, NOW, NOW - 9 * MINUTE, NOW + 60 * MINUTE]) {
    expect(silent({ at: firstHeard(beat, NOW), cut: false }, NOW)).toBe(false);
  }
  const saved = NOW - 24 * 60 * MINUTE;
  expect(firstHeard(saved, NOW)).toBe(saved);
  expect(silent({ at: firstHeard(saved, NOW), cut: false }, NOW)).toBe(true);
});
