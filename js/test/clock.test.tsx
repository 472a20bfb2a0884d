// Tests of the server's clock on the page.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SharedTraits } from "../src/messages/shared";
import { ViewModel } from "../src/model";
import { useNow } from "../src/ui/parts";
import { useKernelPing } from "../src/ui/useKernelPing";
import { FakeHost } from "./fakeHost";

const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;

beforeEach(() => {
  vi.resetModules();
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => void vi.useRealTimers());

it("goes by the server, and does not jump because a message was on its way for a moment", async () => {
  const { noteServerTime, serverNow } = await import("../src/state/clock");
  expect(serverNow()).toBe(NOW);
  noteServerTime(NOW + 1500);
  expect(serverNow()).toBe(NOW); // a second more or less is no reason to jump
  noteServerTime(NOW - 5 * MINUTE);
  expect(serverNow()).toBe(NOW); // perhaps it was long under way
  for (let message = 0; message < 3; message++) noteServerTime(NOW - 5 * MINUTE);
  expect(serverNow()).toBe(NOW - 5 * MINUTE); // it was not: this page's clock is ahead
  noteServerTime(NOW - 5 * MINUTE - 1900);
  noteServerTime(NOW - 5 * MINUTE + 1900);
  expect(serverNow()).toBe(NOW - 5 * MINUTE);
  noteServerTime(NOW + 60 * MINUTE);
  expect(serverNow()).toBe(NOW + 60 * MINUTE); // no message arrives before it was sent
});

it("is right at once where the page's own clock is wrong", async () => {
  const { noteServerTime, serverNow } = await import("../src/state/clock");
  noteServerTime(NOW - 5 * MINUTE);
  expect(serverNow()).toBe(NOW - 5 * MINUTE);
});

it("is heard from the answer of the kernel, and from what it sends while a cell runs", async () => {
  const host = new FakeHost({ clock: 0 });
  const root = document.createElement("div");
  let now = 0;
  function Probe({ model }: { model: ViewModel<SharedTraits> }) {
    useKernelPing(model);
    now = useNow();
    return null;
  }
  await act(() => render(<Probe model={new ViewModel<SharedTraits>(host)} />, root));
  expect(now).toBe(NOW);
  const { id } = host.lastSent();
  await act(async () => {
    host.answer({ id, ok: true, result: { clock: NOW + 5 * MINUTE } });
    await vi.advanceTimersByTimeAsync(1000);
  });
  expect(now).toBe(NOW + 5 * MINUTE + 1000);
  await act(async () => {
    host.change("clock", NOW + 10 * MINUTE);
    await vi.advanceTimersByTimeAsync(1000);
  });
  expect(now).toBe(NOW + 10 * MINUTE + 1000);
  await act(() => render(null, root));
  expect(host.listenerCount()).toBe(1); // the view's own
});
