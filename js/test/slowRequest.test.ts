// Tests of reporting what a slow request waits for.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { RequestOptions } from "../src/model";
import { requestWithStatus, type WaitingFor } from "../src/state/slowRequest";

let answers: Map<string, { resolve: (value: unknown) => void; reject: (reason: Error) => void }>;
const kernel = {
  request<Result>(action: string, _payload?: unknown, options?: RequestOptions): Promise<Result> {
    if (options?.onSlow) setTimeout(options.onSlow, options.slowAfterMs);
    return new Promise((resolve, reject) => {
      answers.set(action, { resolve: resolve as (value: unknown) => void, reject });
    });
  },
};

beforeEach(() => {
  vi.useFakeTimers();
  answers = new Map();
});
afterEach(() => vi.useRealTimers());

it("tells a busy kernel from a slow server, and when one becomes the other", async () => {
  const told: WaitingFor[] = [];
  const answer = requestWithStatus(kernel, "launch", {}, (waiting) => told.push(waiting));
  await vi.advanceTimersByTimeAsync(1000);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(told).toEqual(["cell"]);
  answers.get("open")?.resolve({});
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(["cell", "server"]);
  answers.get("launch")?.resolve({ done: true });
  expect(await answer).toEqual({ done: true });
  expect(told).toEqual(["cell", "server", ""]);
});

it("says nothing of a cell where the kernel is free, and nothing more once it is refused", async () => {
  const told: WaitingFor[] = [];
  const answer = requestWithStatus(kernel, "launch", {}, (waiting) => told.push(waiting));
  const refused = expect(answer).rejects.toThrow("no");
  await vi.advanceTimersByTimeAsync(1300);
  answers.get("open")?.resolve({});
  await vi.advanceTimersByTimeAsync(1000);
  expect(told).toEqual(["server"]);
  answers.get("launch")?.reject(new Error("no"));
  await refused;
  await vi.advanceTimersByTimeAsync(5000);
  expect(told).toEqual(["server", ""]);
});
