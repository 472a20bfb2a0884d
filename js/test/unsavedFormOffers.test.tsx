// Tests of offering unsaved forms in another form.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, it, vi } from "vitest";
import type { EditedInstance } from "../src/messages/app";
import type { WizardTraits } from "../src/messages/wizard";
import { ViewModel } from "../src/model";
import { listUnsavedForms, saveUnsavedForm } from "../src/state/unsavedForms";
import { WizardForm } from "../src/wizard/WizardForm";
import { FakeHost } from "./fakeHost";

const NIGHTLY: EditedInstance = { id: "i1", name: "Nightly", base: "v2" };
const made = (form: string, name: string) => ({ form, data: { name }, instance: "", changes: "", base: "" });
const edits = (form: string, instance: string) => ({
  form,
  data: { name: `edits of ${instance}` },
  instance,
  changes: instance,
  base: "v1",
});

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  sessionStorage.clear();
});

interface Opened {
  el: HTMLElement;
  host: FakeHost;
  rebased: string[];
  press: (text: string) => Promise<void>;
  close: () => Promise<void>;
}

/** Shows a form; `editing` makes it one that changes an instance. */
async function open(form: string, editing: EditedInstance | null = null): Promise<Opened> {
  const host = new FakeHost({ connection: { state: "connected" }, draft: {}, form });
  const model = new ViewModel<WizardTraits>(host);
  const el = document.body.appendChild(document.createElement("div"));
  const rebased: string[] = [];
  const nothing = () => undefined;
  const more = { onUpdated: nothing, onDetach: nothing, onRebase: (base: string) => void rebased.push(base) };
  await act(() =>
    render(
      <WizardForm
        model={model}
        {...(editing && { data: { name: editing.name } })}
        editing={editing}
        onDone={nothing}
        onCancel={nothing}
        {...more}
      />,
      el,
    ),
  );
  const close = async () => {
    await act(() => render(null, el));
    el.remove();
  };
  ends.push(close);
  const press = async (text: string) => {
    const found = [...el.querySelectorAll("button")].find((each) =>
      [each.textContent, each.getAttribute("aria-label")].includes(text),
    );
    await act(() => found?.click());
  };
  return { el, host, rebased, press, close };
}

const offers = ({ el }: Opened) => [...el.querySelectorAll(".csw-left [role=status]")].map((each) => each.textContent);
const name = ({ el }: Opened) => el.querySelector("input")?.value;

async function type(opened: Opened, text: string): Promise<void> {
  const input = opened.el.querySelector("input") as HTMLInputElement;
  input.value = text;
  await act(() => void input.dispatchEvent(new Event("input", { bubbles: true })));
}

it("offers in a blank form what others left, and brings back the one that is wanted", async () => {
  saveUnsavedForm(made("old", "One"));
  saveUnsavedForm(edits("older", "i1"));
  const form = await open("new");
  expect(offers(form).join()).toContain("A form that you had begun (One) was neither saved nor launched.");
  expect(offers(form).join()).toContain("Your changes of i1 were not saved.");
  await form.press("Bring it back");
  expect([name(form), offers(form)]).toEqual(["One", []]);
  expect(
    listUnsavedForms()
      .map((left) => left.form)
      .sort(),
  ).toEqual(["new", "older"]); // it is this form's now
});

it("sends the last keystrokes before the page goes", async () => {
  const form = await open("new");
  await type(form, "Half done");
  const before = form.host.sent.length;
  globalThis.dispatchEvent(new Event("beforeunload"));
  expect(form.host.sent.length).toBe(before + 1);
  expect(form.host.lastSent()).toMatchObject({ action: "validate", payload: { data: { name: "Half done" } } });
});

it("says when a form was left", async () => {
  const twoHoursAgo = vi.spyOn(Date, "now").mockReturnValue(Date.now() - 2 * 3_600_000);
  saveUnsavedForm(made("old", "One"));
  twoHoursAgo.mockRestore();
  const form = await open("new");
  expect(form.el.querySelector(".csw-left")?.textContent).toContain("nor launched. 2 h ago");
});

it("offers nothing that another form of the page still shows, until that one goes", async () => {
  const one = await open("one");
  const two = await open("two");
  await type(one, "Typed in one");
  await type(two, "Typed in two");
  const three = await open("three");
  expect(offers(three)).toEqual([]);
  await one.close();
  expect(offers(three).join()).toContain("Typed in one");
  await three.press("Forget it");
  expect([offers(three), listUnsavedForms().map(({ form }) => form)]).toEqual([[], ["two"]]);
});

it("offers where an instance is edited its own edits only, with the version that they began from", async () => {
  saveUnsavedForm(made("old", "One"));
  saveUnsavedForm(edits("older", "i1"));
  saveUnsavedForm(edits("oldest", "i2"));
  const form = await open("new", NIGHTLY);
  expect(offers(form)).toEqual(["Your changes of i1 were not saved."]);
  await form.press("Bring them back");
  expect([name(form), form.rebased]).toEqual(["edits of i1", ["v1"]]);
});

it("sends with the changes the version that they began from", async () => {
  const form = await open("new", NIGHTLY);
  await type(form, "Nightly, changed");
  expect(listUnsavedForms()).toMatchObject([{ form: "new", instance: "i1", changes: "Nightly", base: "v2" }]);
  await form.press("Save changes");
  expect(form.host.lastSent()).toMatchObject({ action: "update", payload: { instance: "i1", base: "v2" } });
});
