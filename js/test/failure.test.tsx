// Tests of the banner about a failed, silent or stopped instance.
import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, it } from "vitest";
import { Failure } from "../src/dashboard/Failure";
import { headerFacts } from "../src/dashboard/InstanceHeader";
import type { InstanceHead } from "../src/messages/dashboard";

const NOW = Date.UTC(2026, 10, 22, 12);

function told(view: Partial<InstanceHead>, inMenu = false, heard: number | null = null) {
  const root = document.createElement("div");
  const whole = { where: "elsewhere", failure: [], ...view } as unknown as InstanceHead;
  act(() => render(<Failure view={whole} heard={heard} now={NOW} inMenu={inMenu} />, root));
  return { root, text: root.textContent ?? "" };
}

it("says why an instance failed, as text, and how to go on", () => {
  const error = [
    "The last error in its log came ",
    { at: NOW - 300_000, word: "at" },
    ": ",
    { name: "<b>no disk</b>" },
  ];
  const { root, text } = told({ status: "failed", failure: [[{ name: "exit code 1" }], error] });
  expect(root.querySelector("[role=alert] strong")?.textContent).toBe("It ended by an error");
  const [reason, last] = [...root.querySelectorAll("p")].map((each) => each.textContent);
  expect(reason).toBe("exit code 1");
  expect(last).toMatch(/^The last error in its log came at \d\d:55:00: <b>no disk<\/b>$/);
  expect(root.querySelector("b")).toBeNull();
  expect(text).toContain("“Resume” goes on with it in this kernel; “Resume as a service” lets an agent do so.");
});

it("k28 says of a silent one for how long, never that it is gone, and of a service that an agent goes on", () => {
  const { root, text: silent } = told({ status: "silent" }, false, NOW - 42_000);
  expect(root.querySelector("strong")?.textContent).toBe("No sign of life for 42 s");
  expect(root.querySelector("[role=alert] [role=timer]")?.textContent).toBe("42 s"); // is not read out each second
  expect(silent).toContain("Its kernel may have ended, or its computer may be asleep");
  expect(silent).not.toContain("gone");
  expect(told({ status: "silent" }, false, NOW - 600_000).text).toContain("No sign of life for 10 min");
  expect(told({ status: "silent" }).root.querySelector("strong")?.textContent).toBe("No sign of life");
  const { text } = told({ status: "silent", where: "service" });
  expect(text).toContain("Its agent may have ended");
  expect(text).toContain("puts it on its queue again");
  expect(text).not.toContain("as a service");
});

it("says of one that the server stopped what may be gone, and that it may go on by itself", () => {
  const failure = [[{ name: "Forced stop (non-responsive)" }]];
  const { root, text } = told({ status: "stopped", failure });
  expect(root.querySelector("[role=alert] strong")?.textContent).toContain("The server stopped it");
  expect(text).toContain("Forced stop (non-responsive)");
  expect(text).toContain("Its kernel may have ended, or its computer may be asleep");
  expect(text).toContain("“Resume” goes on with it in this kernel");
  expect(told({ status: "stopped", failure, where: "service" }).text).toContain("Its agent may have ended");
});

it("says nothing of one that is well, and where to look where nobody knows", () => {
  expect(told({ status: "stopped" }).text).toBe("");
  expect(told({ status: "failed" }, true).text).toContain("“Resume as a service”, under More, lets an agent do so.");
  expect(told({ status: "failed" }).text).toContain("Its log below may tell more.");
});

it("says how long one is up only while that is known", () => {
  const view = { where: "elsewhere", user: "Ann", started: NOW - 600_000 } as InstanceHead;
  expect(headerFacts({ ...view, status: "running" }, NOW)).toBe("in another kernel · Ann · up 10 min");
  expect(headerFacts({ ...view, status: "silent" }, NOW)).toBe("in another kernel · Ann");
});
