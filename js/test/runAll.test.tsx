// Tests of the button that runs all items.
import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, it } from "vitest";
import { RunAll } from "../src/dashboard/RunAll";
import { useCommands } from "../src/dashboard/useCommands";
import type { InstanceHead } from "../src/messages/dashboard";
import { ViewModel } from "../src/model";
import { FakeHost } from "./fakeHost";

function drawn(view: Partial<InstanceHead>) {
  const host = new FakeHost({});
  const model = new ViewModel(host);
  const root = document.createElement("div");
  function Probe() {
    return (
      <RunAll
        view={{ id: "i1", status: "running", ...view } as InstanceHead}
        commands={useCommands(model, "i1", false)}
      />
    );
  }
  act(() => render(<Probe />, root));
  const buttons = () => [...root.querySelectorAll("button")];
  const press = (text: string) =>
    act(() =>
      buttons()
        .find((each) => each.textContent?.trim() === text)
        ?.click(),
    );
  return { host, root, press };
}

it("asks before it launches everything, and says how much that is", async () => {
  const { host, root, press } = drawn({ enabled: 5, disabled: 2, status: "paused" });
  press("Run all now");
  expect(host.sent).toEqual([]);
  expect(root.querySelector("h3")?.textContent).toBe("Launch 5 items now?");
  expect(root.textContent).toContain("Disabled ones are left out (2). The instance stays paused.");
  press("Cancel");
  expect(root.querySelector("h3")).toBeNull();
  expect(host.sent).toEqual([]);
  press("Run all now");
  press("Launch 5 items");
  expect(host.lastSent()).toMatchObject({ action: "run_all", payload: { instance: "i1" } });
  press("Launch 5 items"); // while it is under way
  expect(host.sent.length).toBe(1);
  await act(async () => {
    host.answer({ id: host.lastSent().id, ok: true, result: {} });
    await new Promise((resolve) => setTimeout(resolve));
  });
  expect(root.querySelector("h3")).toBeNull();
});

it("is offered only where there is something to run and an instance that takes it", () => {
  expect(drawn({ enabled: 0, disabled: 1 }).root.textContent).toBe("");
  expect(drawn({ enabled: 2, disabled: 0, status: "stopped" }).root.textContent).toBe("");
  const { root, press } = drawn({ enabled: 1, disabled: 0 });
  press("Run all now");
  expect(root.querySelector("h3")?.textContent).toBe("Launch 1 item now?");
  expect(root.textContent).not.toMatch(/left out|paused|keeps/);
});

it("says before that a silent instance runs it when it is resumed", () => {
  const { root, press } = drawn({ enabled: 1, disabled: 0, status: "silent" });
  press("Run all now");
  expect(root.textContent).toContain("the server keeps this, and it is carried out when it is resumed");
});
