// Tests of the titles of items.
import { expect, it } from "vitest";
import { blankDraft, blankSchedule, blankTrigger } from "../src/state/draft";
import { itemTitles } from "../src/wizard/titles";

it("numbers items of one name, and names those without one by their place", () => {
  const [nightly, again, unnamed] = ["Nightly", "Nightly", ""].map((name) => ({ ...blankSchedule(), name }));
  const trigger = { ...blankTrigger(), name: "Nightly" };
  const schedules = [nightly, again, unnamed].filter((item) => item !== undefined);
  const titles = itemTitles({ ...blankDraft(), schedules, triggers: [trigger] }).map(({ title }) => title);
  expect(titles).toEqual(["Nightly (1)", "Nightly (2)", "Schedule 3", "Nightly (3)"]);
});
