// Tests of opening, hiding and replacing the form beside instances.
import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, it } from "vitest";
import { type OpenForm, useOpenForm } from "../src/editing/useOpenForm";
import type { EditorTraits } from "../src/messages/app";
import { ViewModel } from "../src/model";
import { blankDraft } from "../src/state/draft";
import { editedInstance, unfinishedDraft } from "../src/state/formDraft";
import { toData } from "../src/state/toData";
import { FakeHost } from "./fakeHost";

const NIGHTLY = { id: "i1", name: "Nightly", base: "v1" };

it("knows which instance is changed, and whether a draft was begun", () => {
  expect(editedInstance({})).toBeNull();
  expect(editedInstance(NIGHTLY)).toEqual(NIGHTLY);
  expect(unfinishedDraft({})).toBeNull();
  expect(unfinishedDraft({ name: "", schedules: [{ action: { task: "" } }] })).toBeNull();
  expect(unfinishedDraft({ name: "", schedules: [{ action: { task: "t1" } }] })).not.toBeNull();
  expect(unfinishedDraft({ name: "", triggers: [{}, {}] })).not.toBeNull();
  expect(unfinishedDraft({ name: "Nightly" })).not.toBeNull();
  const blank = toData(blankDraft());
  expect(unfinishedDraft(blank)).toBeNull();
  const [item] = blank.schedules as { recurrence: object }[];
  expect(
    unfinishedDraft({ ...blank, schedules: [{ ...item, recurrence: { type: "daily", times: ["6:20"] } }] }),
  ).not.toBeNull();
});

function opened(traits: Record<string, unknown>) {
  const host = new FakeHost(traits);
  const model = new ViewModel<EditorTraits>(host);
  let form: OpenForm | undefined;
  function Probe() {
    form = useOpenForm(model);
    return null;
  }
  const root = document.createElement("div");
  act(() => render(<Probe />, root));
  const run = (what: (form: OpenForm) => void) => act(() => what(form as OpenForm));
  return { host, run, form: () => form as OpenForm };
}

it("opens a form for an instance, tells the kernel which, and opens it again where the page is loaded anew", () => {
  const { host, run, form } = opened({ draft: {}, editing: {} });
  expect(form().data).toBeNull();
  run((it) => it.open({ name: "Nightly" }, NIGHTLY));
  expect(host.lastSent()).toMatchObject({ action: "editing", payload: NIGHTLY });
  expect(form().data).toEqual({ name: "Nightly" });
  const again = opened({ draft: { name: "Nightly" }, editing: NIGHTLY });
  expect([again.form().data, again.form().editing]).toEqual([{ name: "Nightly" }, NIGHTLY]);
});

it("keeps what was edited when it is left, and asks before another form takes its place", () => {
  const { run, form } = opened({ draft: { name: "Nightly" }, editing: NIGHTLY });
  form().touched.current = true;
  run((it) => it.hide());
  expect([form().data, form().draft]).toEqual([null, { name: "Nightly" }]);
  run((it) => it.open({ name: "Other" }, { id: "i2", name: "Other", base: "v1" }));
  expect([form().data, form().requested?.instance?.id]).toEqual([null, "i2"]);
  run((it) => it.resume());
  expect([form().data, form().requested]).toEqual([{ name: "Nightly" }, null]);
  run((it) => it.hide());
  run((it) => it.open({ name: "Other" }, { id: "i2", name: "Other", base: "v1" }));
  run((it) => it.replace());
  expect([form().data, form().editing?.id]).toEqual([{ name: "Other" }, "i2"]);
});

it("tells the kernel from which version the edits began that were brought back", () => {
  const { host, run, form } = opened({ draft: {}, editing: {} });
  run((it) => it.open({ name: "Nightly" }, { ...NIGHTLY, item: "a1" }));
  run((it) => it.rebase("v0"));
  expect(host.lastSent()).toMatchObject({ action: "editing", payload: { id: "i1", base: "v0" } });
  expect(form().editing).toEqual({ ...NIGHTLY, base: "v0", item: "a1" });
});

it("drops a form in which nothing was edited, before the kernel has said so", () => {
  const { host, run, form } = opened({ draft: { name: "Nightly" }, editing: NIGHTLY });
  run((it) => it.hide());
  expect(host.sent.map(({ action }) => action)).toEqual(["discard", "editing"]);
  expect([form().data, form().draft, form().editing]).toEqual([null, null, null]);
  act(() => host.change("draft", { name: "Begun elsewhere" }));
  expect(form().draft).toEqual({ name: "Begun elsewhere" });
});

it("opens nothing for an answer that comes when another form was opened meanwhile", () => {
  const { run, form } = opened({ draft: {}, editing: {} });
  const { open } = form(); // as a button has it that waits for a kernel which runs a cell
  run((it) => it.open({}));
  run(() => open({ name: "Late" }, NIGHTLY));
  expect([form().data, form().editing, form().requested]).toEqual([{}, null, null]);
});
