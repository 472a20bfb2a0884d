// What the server knows of base tasks, asked once for the whole form and kept.
import type { BaseTask, Parameter, Resolved } from "../messages/wizard";
import type { Asks } from "./store";

export class TaskBook {
  readonly #resolved = new Map<string, Resolved>();
  readonly #parameters = new Map<string, Parameter[]>();
  readonly #asked = new Set<string>();
  readonly #listeners = new Set<() => void>();

  constructor(private readonly kernel: Asks) {}

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What an id or an address stands for; undefined before the answer. */
  resolved(text: string): Resolved | undefined {
    return this.#resolved.get(text.trim());
  }

  task(text: string): BaseTask | null {
    return this.resolved(text)?.task ?? null;
  }

  parameters(id: string): Parameter[] | undefined {
    return this.#parameters.get(id);
  }

  /** Asks for a task, unless it is known: one that is not there now may be there later. */
  async resolve(text: string): Promise<Resolved | undefined> {
    const key = text.trim();
    const known = this.#resolved.get(key);
    if (key === "" || known?.task) return known;
    const answer = await this.#once<Resolved>("task", key);
    if (answer) this.#keep(this.#resolved, key, answer);
    if (answer?.task) this.#keep(this.#resolved, answer.id, answer);
    return answer ?? known;
  }

  async readParameters(id: string): Promise<void> {
    if (id === "" || this.#parameters.has(id)) return;
    const answer = await this.#once<{ parameters: Parameter[] }>("parameters", id);
    if (answer) this.#keep(this.#parameters, id, answer.parameters);
  }

  /** The same question is not under way twice; no answer (there is no server) leaves things as they were. */
  async #once<Result>(action: string, id: string): Promise<Result | null> {
    const question = `${action} ${id}`;
    if (this.#asked.has(question)) return null;
    this.#asked.add(question);
    try {
      return await this.kernel.request<Result>(action, { id });
    } catch {
      return null;
    } finally {
      this.#asked.delete(question);
    }
  }

  #keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
    map.set(key, value);
    for (const listener of [...this.#listeners]) listener();
  }
}
