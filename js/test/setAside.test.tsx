// Tests of the buttons that try an item again which is set aside after errors.
import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, it } from "vitest";
import { ScheduledActions } from "../src/dashboard/ScheduledActions";
import { ScheduledDetails } from "../src/dashboard/ScheduledDetails";
import { useCommands } from "../src/dashboard/useCommands";
import type { DashboardTraits, InstanceHead, Reason } from "../src/messages/dashboard";
import type { ScheduledRow } from "../src/messages/tables";
import { ViewModel } from "../src/model";
import { FakeHost } from "./fakeHost";

const ROW = { item: "a", name: "Train", kind: "schedule", task: "t", next_run: null, start: null } as ScheduledRow;
const TEXTS = { project: "", parameters: "", overrides: "", time_limit: "", method: "clone" };
const SET_ASIDE: Reason = { code: "set_aside", said: ["It was set aside: ", { name: "a bug." }], hint: "" };

function drawn(reason: Reason | undefined) {
  const host = new FakeHost({ reasons: reason ? { a: reason } : {} });
  const model = new ViewModel<DashboardTraits>(host);
  const root = document.createElement("div");
  const view = { id: "i1", status: "running", fixed: "" } as InstanceHead;
  function Probe() {
    const commands = useCommands(model, "i1", false);
    const context = { model, view, commands, row: { ...ROW, ...TEXTS }, onEdit: () => undefined };
    return (
      <>
        <ScheduledActions {...context} onPause={() => undefined} />
        <ScheduledDetails {...context} now={0} onBackfill={() => undefined} />
      </>
    );
  }
  act(() => render(<Probe />, root));
  const buttons = () => [...root.querySelectorAll("button")];
  const named = (name: string) =>
    buttons().find((each) => (each.getAttribute("aria-label") ?? each.textContent?.trim()) === name);
  return { host, root, named };
}

it("an item that is set aside is tried again by a button in its row or in its details, once at a time", () => {
  for (const [first, other] of [
    ["Try Train again", "Try again"],
    ["Try again", "Try Train again"],
  ] as const) {
    const { host, root, named } = drawn(SET_ASIDE);
    expect(root.textContent).toContain("Why it does not run: It was set aside: a bug.");
    act(() => named(first)?.click());
    expect(host.lastSent()).toMatchObject({ action: "resume_item", payload: { instance: "i1", item: "a" } });
    act(() => named(other)?.click());
    expect(host.sent.length).toBe(1);
    expect(named("Pause Train")).toBeUndefined();
  }
});

it("nothing else is offered to be tried again", () => {
  for (const reason of [undefined, { ...SET_ASIDE, code: "paused" }, { ...SET_ASIDE, code: "error" }]) {
    const { named } = drawn(reason);
    expect(named("Try Train again") ?? named("Try again")).toBeUndefined();
  }
});
