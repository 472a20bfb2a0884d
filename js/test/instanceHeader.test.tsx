// Tests of the header of an instance: the order of its buttons, and what it says of commands and of the clock.
import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, it } from "vitest";
import { InstanceHeader } from "../src/dashboard/InstanceHeader";
import type { Commands } from "../src/dashboard/useCommands";
import type { InstanceHead, Vitals } from "../src/messages/dashboard";

const NOW = Date.UTC(2026, 10, 22, 12);

function drawn(view: Partial<InstanceHead>, vitals: Vitals = {}, said = "") {
  const root = document.createElement("div");
  const whole = {
    id: "i1",
    name: "Nightly",
    where: "elsewhere",
    user: "Ann",
    started: NOW,
    failure: [],
    ...view,
  } as InstanceHead;
  const commands: Commands = { error: "", said, longRunning: [], phase: () => "", run: async () => true };
  act(() =>
    render(
      <InstanceHeader
        {...{ view: whole, vitals, commands }}
        contact={{ at: Date.now(), lost: false }}
        web={undefined}
        runs={3}
        now={NOW}
        onShow={() => undefined}
        inMenu={false}
      />,
      root,
    ),
  );
  const buttons = [...root.querySelectorAll("button")].map((each) => each.textContent?.trim());
  const notices = [...root.querySelectorAll("[role=status]")].map((each) => each.textContent);
  return { root, buttons, notices };
}

it("k28 has “Resume” in front for a silent instance, and says what became of a command", () => {
  const kept = "Nightly: no sign of life for 42 s. This is kept.";
  const { root, buttons, notices } = drawn({ status: "silent" }, { heartbeat: NOW - 42_000 }, kept);
  expect(buttons).toEqual(["Resume", "Pause", "Stop"]);
  expect(root.querySelector("button")?.className).toContain("primary");
  expect(notices).toEqual([kept]);
  expect(root.textContent?.match(/for 42 s/g)).toHaveLength(2); // in the banner and in that notice, and nowhere else
  expect(root.textContent).not.toContain("last heard");
  expect(drawn({ status: "running" }, {}, kept).notices).toEqual([]); // it was carried out
});

it("says when a running instance elsewhere was last heard of", () => {
  const text = (heartbeat: number) => drawn({ status: "running" }, { heartbeat }).root.textContent;
  expect(text(NOW - 8000)).toContain("last heard just now");
  expect(text(NOW - 28_000)).toContain("last heard 28 s ago");
});

it("says by how much the clock of the kernel's machine is wrong, and which way", () => {
  expect(drawn({ status: "running" }, { clock_ahead: 120 }).notices).toEqual([
    "This machine's clock is 2 min ahead of the server's; times here are the server's.",
  ]);
  expect(drawn({ status: "running" }, { clock_ahead: -7 }).notices).toEqual([
    "This machine's clock is 7 s behind the server's; times here are the server's.",
  ]);
  expect(drawn({ status: "running" }).notices).toEqual([]);
});

it("offers to restart a service whose agent has another version", () => {
  const { buttons, notices } = drawn({ status: "running", where: "service", other_version: "0.0.9" });
  expect(buttons).toContain("Restart with this version");
  expect(notices[0]).toContain("Its agent runs 0.0.9 of the scheduler, another one than this notebook.");
  expect(drawn({ status: "running", where: "elsewhere", other_version: "0.0.9" }).buttons).toEqual(["Pause", "Stop"]);
  expect(drawn({ status: "running", where: "service", other_version: "" }).buttons).toEqual(["Pause", "Stop"]);
});
