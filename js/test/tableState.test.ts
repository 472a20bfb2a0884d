// Tests of a table's rows as they follow the kernel's changes.
import { describe, expect, it } from "vitest";
import type { Change } from "../src/messages/tables";
import {
  applyAnswer,
  applyChanges,
  fromWindow,
  markOutdated,
  missingRange,
  type TableState,
} from "../src/state/tableState";

const COLUMNS = ["id", "status"];
interface Row {
  id: number;
  status: string;
}
type Cells = [number, string];

/** The kernel's side: all rows, and what it says of each change. */
class Kernel {
  revision = 0;
  rows: Cells[] = [];
  ring: Change[] = [];

  step(random: () => number): void {
    this.revision++;
    const index = Math.floor(random() * (this.rows.length + 1));
    const found = this.rows[index];
    if (found === undefined || random() < 0.5) {
      const row: Cells = [this.revision, "queued"];
      this.rows.splice(index, 0, row);
      this.ring.push([this.revision, index, row]);
    } else {
      const status = `s${this.revision}`;
      this.rows[index] = [found[0], status];
      this.ring.push([this.revision, index, { status }]);
    }
    this.ring = this.ring.slice(-4);
  }

  get told() {
    const since = (this.ring[0]?.[0] ?? this.revision + 1) - 1;
    return { revision: this.revision, since, total: this.rows.length, changes: this.ring };
  }

  window(size = 5) {
    return { revision: this.revision, total: this.rows.length, rows: this.rows.slice(0, size) };
  }

  answer(offset: number, limit: number) {
    const rows = this.rows.slice(offset, offset + limit);
    return { revision: this.revision, total: this.rows.length, matching: this.rows.length, offset, rows };
  }
}

/** Numbers from 0 to 1 that are the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

function rowsOf(state: TableState<Row>): (Row | undefined)[] {
  return Array.from({ length: state.matching }, (_, index) => state.rows.get(index));
}

describe.each(Array.from({ length: 40 }, (_, seed) => seed))("a page that follows a kernel, seed %i", (seed) => {
  it("has, where it has rows, those of the kernel", () => {
    const [random, kernel] = [randomFrom(seed), new Kernel()];
    for (let step = 0; step < 10; step++) kernel.step(random);
    let state = fromWindow<Row>(COLUMNS, kernel.window());
    for (let step = 0; step < 60; step++) {
      kernel.step(random);
      if (random() < 0.75) state = applyChanges(COLUMNS, state, kernel.told);
      if (random() < 0.2) state = applyAnswer(COLUMNS, state, kernel.answer(Math.floor(random() * 12), 6));
    }
    state = applyChanges(COLUMNS, state, kernel.told);
    if (state.latest > state.revision) state = applyAnswer(COLUMNS, state, kernel.answer(0, 8));
    expect(state.total).toBe(kernel.rows.length);
    rowsOf(state).forEach((row, index) => {
      if (row !== undefined) expect([row.id, row.status]).toEqual(kernel.rows[index]);
    });
    const gap = missingRange(state, 0, state.matching - 1);
    if (gap) state = applyAnswer(COLUMNS, state, kernel.answer(gap[0], gap[1] - gap[0] + 1));
    expect(rowsOf(state).map((row) => row?.id)).toEqual(kernel.rows.map(([id]) => id));
  });
});

const state: TableState<Row> = {
  revision: 5,
  latest: 5,
  total: 100,
  matching: 100,
  rows: new Map([0, 1, 2, 7].map((index) => [index, { id: index, status: "queued" }])),
};

it("knows which part of a range it lacks", () => {
  expect(missingRange(state, 0, 2)).toBeNull();
  expect(missingRange(state, 0, 9)).toEqual([3, 9]);
  expect(missingRange(state, 3, 7)).toEqual([3, 6]);
  expect(missingRange(state, 90, 120)).toEqual([90, 99]);
  expect(missingRange({ ...state, matching: 0 }, 0, 9)).toBeNull();
});

it("keeps what it has when it missed changes, and knows that it is out of date", () => {
  const told = { revision: 9, since: 7, total: 101, changes: [[8, 0, { status: "done" }]] as Change[] };
  expect(applyChanges(COLUMNS, state, told)).toEqual({ ...state, latest: 9, total: 101 });
  expect(markOutdated(state, told)).toEqual({ ...state, latest: 9, total: 101 });
  expect(applyChanges(COLUMNS, state, { ...told, revision: 5 })).toBe(state);
});

it("drops an answer that is older than what it has", () => {
  expect(applyAnswer(COLUMNS, state, { revision: 4, total: 9, matching: 9, offset: 0, rows: [] })).toBe(state);
});
