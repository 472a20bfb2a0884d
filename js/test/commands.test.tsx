// Tests of the commands that the dashboard's buttons send.
import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, it } from "vitest";
import { type Commands, useCommands } from "../src/dashboard/useCommands";
import { ViewModel } from "../src/model";
import { FakeHost } from "./fakeHost";

function drawn() {
  const host = new FakeHost({});
  const model = new ViewModel(host);
  const root = document.createElement("div");
  let commands: Commands | undefined;
  function Probe({ instance }: { instance: string }) {
    commands = useCommands(model, instance, false);
    return null;
  }
  const show = (instance: string) => act(() => render(<Probe instance={instance} />, root));
  show("i1");
  return { host, show, now: () => commands as Commands };
}

it("names the instance, as another one may be chosen before the kernel has done it", async () => {
  const { host, show, now } = drawn();
  act(() => void now().run("pause", { note: "new data" }));
  expect(host.lastSent()).toMatchObject({ action: "pause", payload: { instance: "i1", note: "new data" } });
  const first = host.lastSent().id;
  expect(now().phase("pause")).toBe("sent");
  show("i2");
  expect(now().phase("pause")).toBe("");
  act(() => void now().run("pause", { note: "" }));
  expect(host.lastSent()).toMatchObject({ action: "pause", payload: { instance: "i2", note: "" } });
  await act(async () => {
    host.answer({
      id: first,
      ok: false,
      error: { message: "It has ended.", kind: "InstanceStateError", problems: [] },
    });
    await new Promise((resolve) => setTimeout(resolve));
  });
  expect(now().error).toBe("");
  show("i1");
  expect(now().error).toBe("It has ended.");
});

it("keeps what the kernel says of a command, until the next one", async () => {
  const { host, now } = drawn();
  const answer = (result: object) =>
    act(async () => {
      host.answer({ id: host.lastSent().id, ok: true, result });
      await new Promise((resolve) => setTimeout(resolve));
    });
  act(() => void now().run("run_now", { item: "a" }));
  await answer({ said: "It is kept." });
  expect(now().said).toBe("It is kept.");
  act(() => void now().run("resume"));
  expect(now().said).toBe("");
  await answer({});
  expect(now().said).toBe("");
});
