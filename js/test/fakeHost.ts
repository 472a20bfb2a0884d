// A fake of the host's widget model, without a kernel.
import type { HostModel } from "../src/model";

type Handler = (...values: unknown[]) => void;
export interface Sent {
  id: string;
  action: string;
  payload: unknown;
}

/** A host's model without a kernel: keeps what was sent, and lets the test play Python. */
export class FakeHost implements HostModel {
  readonly sent: Sent[] = [];
  readonly #handlers = new Map<string, Set<Handler>>();

  private readonly traits: Record<string, unknown>;

  constructor(traits: Record<string, unknown> = {}) {
    this.traits = { surroundings: {}, ...traits };
  }

  get(name: string): unknown {
    return this.traits[name];
  }

  send(content: unknown): void {
    this.sent.push(content as Sent);
  }

  on(event: string, handler: Handler): void {
    this.#handlers.set(event, (this.#handlers.get(event) ?? new Set()).add(handler));
  }

  off(event: string, handler: Handler): void {
    this.#handlers.get(event)?.delete(handler);
  }

  /** Python changes a trait. */
  change(name: string, value: unknown): void {
    this.traits[name] = value;
    this.#emit(`change:${name}`, value);
  }

  /** Python sends a custom message. */
  answer(content: unknown): void {
    this.#emit("msg:custom", content);
  }

  lastSent(): Sent {
    const last = this.sent.at(-1);
    if (last === undefined) throw new Error("nothing was sent");
    return last;
  }

  listenerCount(): number {
    return [...this.#handlers.values()].reduce((count, handlers) => count + handlers.size, 0);
  }

  #emit(event: string, ...values: unknown[]): void {
    for (const handler of [...(this.#handlers.get(event) ?? [])]) handler(...values);
  }
}
