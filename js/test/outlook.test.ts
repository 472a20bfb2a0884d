// Tests of the preview's requests.
import { expect, it } from "vitest";
import type { Outlook } from "../src/messages/wizard";
import { type OutlookQuery, OutlookStore } from "../src/state/outlook";

interface Sent {
  action: string;
  payload: unknown;
  answer: (result: unknown) => void;
  refuse: (reason: Error) => void;
}

class Kernel {
  readonly sent: Sent[] = [];

  request<Result>(action: string, payload: unknown): Promise<Result> {
    return new Promise<unknown>((answer, refuse) =>
      this.sent.push({ action, payload, answer, refuse }),
    ) as Promise<Result>;
  }
}

const question = (change: Partial<OutlookQuery> = {}): OutlookQuery => ({
  data: {},
  month: "2026-11-01",
  zone: "UTC",
  day: null,
  ...change,
});
const found = (today: string): Outlook => ({ today, days: [], left_out: 0, clashes: [], until: 0 });

it("drops an answer that comes after a newer question", async () => {
  const kernel = new Kernel();
  const store = new OutlookStore(kernel);
  const [first, second] = [store.load(question()), store.load(question({ month: "2026-12-01" }))];
  kernel.sent[1]?.answer(found("new"));
  await second;
  kernel.sent[0]?.answer(found("old"));
  await first;
  expect(store.state.outlook?.today).toBe("new");
});

it("asks for a day only when one is chosen, and forgets the runs of the one before at once", async () => {
  const kernel = new Kernel();
  const store = new OutlookStore(kernel);
  const first = store.load(question({ day: "2026-11-23" }));
  expect(kernel.sent.map(({ action }) => action)).toEqual(["outlook", "day"]);
  kernel.sent[0]?.answer(found("x"));
  kernel.sent[1]?.answer({ runs: [{ at: 1, item: "a" }], more: false });
  await first;
  expect(store.state.runs?.runs).toHaveLength(1);
  void store.load(question({ day: "2026-11-24" }));
  expect(store.state.runs).toBeNull();
});

it("keeps what it knows when the kernel refuses", async () => {
  const kernel = new Kernel();
  const store = new OutlookStore(kernel);
  const first = store.load(question());
  kernel.sent[0]?.answer(found("known"));
  await first;
  let told = 0;
  const end = store.subscribe(() => {
    told += 1;
  });
  const second = store.load(question({ zone: "Mars/Olympus" }));
  kernel.sent[1]?.refuse(new Error("no such zone"));
  await second;
  end();
  expect(store.state.outlook?.today).toBe("known");
  expect(told).toBe(1);
});
