// Tests of the form's state.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { blankSchedule, type Draft, insertItem } from "../src/state/draft";
import { type Requester, WizardStore } from "../src/state/wizardStore";

interface Asked {
  action: string;
  payload: { revision: number; data: { name: string } };
  answer: (result: object) => Promise<void>;
  fail: () => Promise<void>;
}

/** Plays Python: keeps what was asked, answers when the test says so. */
class Kernel implements Requester {
  readonly asked: Asked[] = [];

  request<Result>(action: string, payload: unknown): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.asked.push({
        action,
        payload: payload as Asked["payload"],
        answer: async (result) => {
          resolve(result as Result);
          await vi.advanceTimersByTimeAsync(0);
        },
        fail: async () => {
          reject(new Error("no server"));
          await vi.advanceTimersByTimeAsync(0);
        },
      });
    });
  }

  last(): Asked {
    const last = this.asked.at(-1);
    if (last === undefined) throw new Error("nothing was asked");
    return last;
  }
}

let kernel: Kernel;
let store: WizardStore;

beforeEach(() => {
  vi.useFakeTimers();
  kernel = new Kernel();
  store = new WizardStore(kernel, {});
});

afterEach(() => {
  store.close();
  vi.useRealTimers();
});

const name = (text: string) => store.edit((draft) => ({ ...draft, name: text }));
const review = (problems: object[] = []) => ({ problems, items: {} });

it("asks once for several keystrokes in a row, with the last one", async () => {
  for (const text of ["N", "Ni", "Nightly"]) name(text);
  await vi.advanceTimersByTimeAsync(200);
  expect(kernel.asked.map(({ action, payload }) => [action, payload.data.name])).toEqual([["validate", "Nightly"]]);
});

it("drops an answer that an edit has overtaken", async () => {
  name("old");
  await vi.advanceTimersByTimeAsync(200);
  const old = kernel.last();
  name("new");
  await vi.advanceTimersByTimeAsync(200);
  await kernel.last().answer(review());
  await old.answer(review([{ path: "name", message: "stale" }]));
  expect(store.state.review?.problems).toEqual([]);
  expect(kernel.last().payload.revision).toBeGreaterThan(old.payload.revision);
});

it("asks the server only about what is valid by itself", async () => {
  await vi.advanceTimersByTimeAsync(200);
  await kernel.last().answer(review([{ path: "name", message: "expected some text" }]));
  await vi.advanceTimersByTimeAsync(5000);
  expect(kernel.asked.map(({ action }) => action)).toEqual(["validate"]);

  name("Nightly");
  await vi.advanceTimersByTimeAsync(200);
  await kernel.last().answer(review());
  await vi.advanceTimersByTimeAsync(1000);
  expect(kernel.last().action).toBe("check");
  const problem = { path: "schedules[0].action.task", message: "no such task" };
  await kernel.last().answer({ problems: [problem], warnings: [] });
  expect(store.problems).toEqual([problem]);
});

it("stays usable when the kernel refuses to answer, and asks again when told to", async () => {
  await vi.advanceTimersByTimeAsync(200);
  await kernel.last().answer(review());
  await vi.advanceTimersByTimeAsync(1000);
  await kernel.last().fail();
  expect(store.problems).toEqual([]);
  store.recheck();
  await vi.advanceTimersByTimeAsync(10);
  expect(kernel.asked.map(({ action }) => action)).toEqual(["validate", "check", "check"]);
});

it("shows each problem of a refused launch once, and all of them", async () => {
  await vi.advanceTimersByTimeAsync(200);
  const problem = { path: "name", message: "expected some text" };
  await kernel.last().answer(review([problem]));
  store.showRefusal([problem, { path: "schedules", message: "expected at least one" }]);
  expect(store.problems).toHaveLength(2);
  expect(store.state.showAll).toBe(true);
});

it("shows the problems of a field a moment after it was left, not while a button is being pressed", async () => {
  store.leaveField("name");
  await vi.advanceTimersByTimeAsync(100);
  expect(store.state.touched.has("name")).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(store.state.touched.has("name")).toBe(true);
});

it("shows the problems of a prefilled form at once, of a blank one field by field", () => {
  expect(store.state.showAll).toBe(false);
  store.touch("name");
  expect(store.state.touched.has("name")).toBe(true);
  const filled = new WizardStore(kernel, { name: "Nightly" });
  expect(filled.state.showAll).toBe(true);
  filled.close();
});

it("tells its listeners until they leave, and nobody after it was closed", async () => {
  const listener = vi.fn();
  const leave = store.subscribe(listener);
  name("a");
  expect(listener).toHaveBeenCalledTimes(1);
  leave();
  name("b");
  expect(listener).toHaveBeenCalledTimes(1);
  store.finish();
  await vi.advanceTimersByTimeAsync(5000);
  expect(kernel.asked).toEqual([]);
});

it("tells the kernel the last keystrokes when the form is left, and nothing when it has done its work", () => {
  name("typed a moment ago");
  store.close();
  expect(kernel.last().payload.data.name).toBe("typed a moment ago");
  const launched = new WizardStore(kernel, {});
  launched.edit((draft) => ({ ...draft, name: "launched" }));
  launched.finish();
  launched.close();
  const untouched = new WizardStore(kernel, { name: "as it was" });
  untouched.close();
  expect(kernel.asked).toHaveLength(1);
});

it("tells the kernel the last keystrokes when the page may go, once, and what follows if it stays", async () => {
  store.flush(); // nothing was typed
  expect(kernel.asked).toEqual([]);
  name("typed a moment ago");
  store.flush();
  expect(kernel.last().payload.data.name).toBe("typed a moment ago");
  name("and on");
  await vi.advanceTimersByTimeAsync(200);
  expect(kernel.last().payload.data.name).toBe("and on");
  store.flush(); // the kernel has it
  expect(kernel.asked).toHaveLength(2);
});

it("takes back a deletion at its place, keeping what was edited since", () => {
  const [first, second] = [blankSchedule(), blankSchedule()];
  store.edit((draft) => ({ ...draft, schedules: [first, second] }));
  const restore = (draft: Draft) => ({ ...draft, schedules: insertItem(draft.schedules, 0, first) });
  store.edit((draft) => ({ ...draft, schedules: [second] }), undefined, { text: "Deleted", restore });
  name("Nightly");
  store.undo();
  expect(store.state.draft.name).toBe("Nightly");
  expect(store.state.draft.schedules).toEqual([first, second]);
  expect(store.state.undo).toBeNull();
});

it("takes back what another definition has replaced", () => {
  name("mine");
  expect(store.state.edited).toBe(true);
  store.replace({ name: "theirs" }, "Imported");
  expect([store.state.draft.name, store.state.edited, store.state.undo?.text]).toEqual(["theirs", true, "Imported"]);
  name("theirs, changed");
  store.undo();
  expect([store.state.draft.name, store.state.edited]).toEqual(["mine", true]);
  store.undo(); // what was changed after the import is not lost either
  expect(store.state.draft.name).toBe("theirs, changed");
  store.replace({});
  expect(store.state.undo).toBeNull();
});

it("fills in what the server knows only while the user has not edited anything", () => {
  store.fill((draft) => ({ ...draft, description: "by the server" }));
  expect([store.state.draft.description, store.state.edited]).toEqual(["by the server", false]);
  name("mine");
  store.fill((draft) => ({ ...draft, description: "too late" }));
  expect(store.state.draft.description).toBe("by the server");
});

it("asks again what runs next as time passes, one question at a time, and lets the server be", async () => {
  await store.refresh();
  expect(kernel.asked).toEqual([]); // there is nothing to renew yet
  await vi.advanceTimersByTimeAsync(200);
  await kernel.last().answer(review([{ path: "name", message: "expected some text" }]));
  const before = kernel.asked.length;
  void store.refresh();
  void store.refresh();
  expect(kernel.asked.slice(before).map(({ action }) => action)).toEqual(["validate"]);
  await kernel.last().answer({ problems: [{ path: "name", message: "expected some text" }], items: { a: {} } });
  expect(store.state.review?.items).toEqual({ a: {} });
  const late = store.refresh();
  const asked = kernel.last();
  name("edited meanwhile");
  await asked.answer(review());
  await late;
  expect(store.state.review?.items).toEqual({ a: {} });
});
