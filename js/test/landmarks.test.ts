import { expect, it } from "vitest";
import { takeName } from "../src/state/landmarks";

it("gives each widget of the page a name of its own, and one that is free again to the next", () => {
  const [first, endFirst] = takeName("Dashboard");
  const [second, endSecond] = takeName("Dashboard");
  const [other, endOther] = takeName("New instance");
  expect([first, second, other]).toEqual(["Dashboard", "Dashboard 2", "New instance"]);
  endFirst();
  const [next, endNext] = takeName("Dashboard");
  const [third, endThird] = takeName("Dashboard");
  expect([next, third]).toEqual(["Dashboard", "Dashboard 3"]);
  for (const end of [endSecond, endOther, endNext, endThird]) end();
});
