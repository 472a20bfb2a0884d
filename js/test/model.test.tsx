// Tests of the view model: requests, answers, traits.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { RequestError, request, useTrait, ViewModel } from "../src/model";
import { FakeHost } from "./fakeHost";

afterEach(() => vi.useRealTimers());

describe("request", () => {
  it("sends the action with an id of its own and resolves with the answer's result", async () => {
    const host = new FakeHost();
    const answer = request<number>(new ViewModel(host), "preview", { count: 5 });
    const { id } = host.lastSent();
    expect(host.sent).toEqual([{ id, action: "preview", payload: { count: 5 } }]);
    host.answer({ id, ok: true, result: 42 });
    await expect(answer).resolves.toBe(42);
  });

  it("gives each request its own answer when they arrive out of order", async () => {
    const host = new FakeHost();
    const model = new ViewModel(host);
    const answers = [model.request("first"), model.request("second")];
    const [first, second] = host.sent.map(({ id }) => id);
    expect(first).not.toBe(second);
    host.answer({ id: second, ok: true, result: "b" });
    host.answer({ id: first, ok: true, result: "a" });
    expect(await Promise.all(answers)).toEqual(["a", "b"]);
  });

  it("rejects with Python's message and details", async () => {
    const host = new FakeHost();
    const answer = new ViewModel(host).request("launch");
    const error = { message: "queue: there is no queue 'gpu'", field: "queue" };
    host.answer({ id: host.lastSent().id, ok: false, error });
    const refusal = await answer.catch((reason: unknown) => reason);
    expect(refusal).toBeInstanceOf(RequestError);
    expect(refusal).toMatchObject({ message: error.message, details: error });
  });

  it("rejects with a plain string error too", async () => {
    const host = new FakeHost();
    const answer = new ViewModel(host).request("launch");
    host.answer({ id: host.lastSent().id, ok: false, error: "no server" });
    await expect(answer).rejects.toThrow("no server");
  });

  it("leaves the answers of another view of the same model alone", async () => {
    const host = new FakeHost();
    const [one, other] = [new ViewModel(host), new ViewModel(host)];
    const answers = [one.request("a"), other.request("b")];
    for (const { id, action } of [...host.sent]) host.answer({ id, ok: true, result: action });
    expect(await Promise.all(answers)).toEqual(["a", "b"]);
  });

  it("reports slowness once and still takes an answer that comes an hour later", async () => {
    vi.useFakeTimers();
    const host = new FakeHost();
    const onSlow = vi.fn();
    const answer = new ViewModel(host).request("stop", {}, { onSlow, slowAfterMs: 500 });
    vi.advanceTimersByTime(499);
    expect(onSlow).not.toHaveBeenCalled();
    vi.advanceTimersByTime(3_600_000);
    expect(onSlow).toHaveBeenCalledTimes(1);
    host.answer({ id: host.lastSent().id, ok: true, result: "stopped" });
    await expect(answer).resolves.toBe("stopped");
  });

  it("reports no slowness after an answer", async () => {
    vi.useFakeTimers();
    const host = new FakeHost();
    const onSlow = vi.fn();
    const answer = new ViewModel(host).request("stop", {}, { onSlow });
    host.answer({ id: host.lastSent().id, ok: true });
    await answer;
    vi.advanceTimersByTime(60_000);
    expect(onSlow).not.toHaveBeenCalled();
  });

  it("rejects what is pending when the view closes, and every request after that", async () => {
    const host = new FakeHost();
    const model = new ViewModel(host);
    const pending = model.request("launch");
    model.close();
    await expect(pending).rejects.toThrow("closed before Python answered");
    await expect(model.request("launch")).rejects.toThrow("view is closed");
    expect(host.sent).toHaveLength(1);
    expect(host.listenerCount()).toBe(0);
  });

  it("rejects when the message cannot be sent", async () => {
    const host = new FakeHost();
    host.send = () => {
      throw new Error("comm is closed");
    };
    await expect(new ViewModel(host).request("launch")).rejects.toThrow("comm is closed");
  });

  it("ignores messages that are not answers", async () => {
    const host = new FakeHost();
    const answer = new ViewModel(host).request("launch");
    for (const content of [null, "text", { kind: "other" }, { id: "unknown", ok: true }]) host.answer(content);
    host.answer({ id: host.lastSent().id, ok: true, result: 1 });
    await expect(answer).resolves.toBe(1);
  });
});

describe("useTrait", () => {
  interface Traits {
    title: string;
  }
  const Title = ({ model }: { model: ViewModel<Traits> }) => <h1>{useTrait(model, "title")}</h1>;

  it("renders again when the trait changes, until it is unmounted", async () => {
    const host = new FakeHost({ title: "before" });
    const model = new ViewModel<Traits>(host);
    const el = document.createElement("div");
    await act(() => render(<Title model={model} />, el));
    expect(el.textContent).toBe("before");
    await act(() => host.change("title", "after"));
    expect(el.textContent).toBe("after");
    await act(() => render(null, el));
    model.close();
    expect(host.listenerCount()).toBe(0);
  });

  it("does not miss a change between the first render and its subscription", async () => {
    const host = new FakeHost({ title: "before" });
    const el = document.createElement("div");
    await act(() => {
      render(<Title model={new ViewModel<Traits>(host)} />, el);
      host.change("title", "between");
    });
    expect(el.textContent).toBe("between");
  });
});
