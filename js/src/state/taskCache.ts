// Base tasks and their parameters, requested once for the whole form and cached.
import type { BaseTask, LatestNow, Parameter, Resolved } from "../messages/wizard";
import type { LatestDraft } from "./draft";
import type { Requester } from "./wizardStore";

export class TaskCache {
  readonly #resolved = new Map<string, Resolved>();
  readonly #latest = new Map<string, LatestNow>();
  readonly #parameters = new Map<string, Parameter[]>();
  readonly #pending = new Set<string>();
  readonly #listeners = new Set<() => void>();

  constructor(private readonly kernel: Requester) {}

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The task of an id or a web address; undefined before the answer. */
  resolved(text: string): Resolved | undefined {
    return this.#resolved.get(text.trim());
  }

  task(text: string): BaseTask | null {
    return this.resolved(text)?.task ?? null;
  }

  /** The latest of several tasks, as it was last known; undefined before the first answer. */
  latest(wanted: LatestDraft): LatestNow | undefined {
    return this.#latest.get(JSON.stringify(wanted));
  }

  parameters(id: string): Parameter[] | undefined {
    return this.#parameters.get(id);
  }

  /** Requests a task unless it is cached. A task that does not exist is requested again, because it may exist later. */
  async resolve(text: string): Promise<Resolved | undefined> {
    const key = text.trim();
    const known = this.#resolved.get(key);
    if (key === "" || known?.task) return known;
    const answer = await this.#requestOnce<Resolved>("task", key);
    if (answer) this.#store(this.#resolved, key, answer);
    if (answer?.task) this.#store(this.#resolved, answer.id, answer);
    return answer ?? known;
  }

  /** Asks which task is the latest of several now. */
  async readLatest(wanted: LatestDraft): Promise<void> {
    const answer = await this.#requestOnce<LatestNow>("latest", JSON.stringify(wanted), wanted);
    if (answer?.task)
      this.#store(this.#resolved, answer.task.id, { id: answer.task.id, task: answer.task, problem: "" });
    if (answer) this.#store(this.#latest, JSON.stringify(wanted), answer);
  }

  async readParameters(id: string): Promise<void> {
    if (id === "" || this.#parameters.has(id)) return;
    const answer = await this.#requestOnce<{ parameters: Parameter[] }>("parameters", id);
    if (answer) this.#store(this.#parameters, id, answer.parameters);
  }

  /** Sends a request unless the same one is pending. Returns null without an answer, such as without a server. */
  async #requestOnce<Result>(action: string, id: string, payload: unknown = { id }): Promise<Result | null> {
    const question = `${action} ${id}`;
    if (this.#pending.has(question)) return null;
    this.#pending.add(question);
    try {
      return await this.kernel.request<Result>(action, payload);
    } catch {
      return null;
    } finally {
      this.#pending.delete(question);
    }
  }

  #store<Value>(map: Map<string, Value>, key: string, value: Value): void {
    map.set(key, value);
    for (const listener of [...this.#listeners]) listener();
  }
}
