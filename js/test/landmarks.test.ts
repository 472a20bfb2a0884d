// Tests of unique landmark names.
import { expect, it } from "vitest";
import { claimName } from "../src/state/landmarks";

it("gives each widget of the page a name of its own, and one that is free again to the next", () => {
  const [first, endFirst] = claimName("Dashboard");
  const [second, endSecond] = claimName("Dashboard");
  const [other, endOther] = claimName("New instance");
  expect([first, second, other]).toEqual(["Dashboard", "Dashboard 2", "New instance"]);
  endFirst();
  const [next, endNext] = claimName("Dashboard");
  const [third, endThird] = claimName("Dashboard");
  expect([next, third]).toEqual(["Dashboard", "Dashboard 3"]);
  for (const end of [endSecond, endOther, endNext, endThird]) end();
});
