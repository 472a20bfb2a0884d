// The widget's model as the page sees it: typed traits, and requests that Python always answers.
import { useEffect, useState } from "preact/hooks";

/** The part of anywidget's model that this project uses; every host provides it. */
export interface HostModel {
  get(name: string): unknown;
  send(content: unknown): void;
  on(event: string, handler: (...values: unknown[]) => void): void;
  off(event: string, handler: (...values: unknown[]) => void): void;
}

/** A refusal by Python, or a request that can have no answer any more; `details` is what Python sent along. */
export class RequestError extends Error {
  override name = "RequestError";

  constructor(
    message: string,
    readonly details: unknown = null,
  ) {
    super(message);
  }
}

export interface RequestOptions {
  /** Called when the kernel says that it has the request, if it will take time. Until then it may be busy with a cell. */
  onAccepted?: () => void;
  /** Called once if there is no answer after `slowAfterMs` (2,000 by default). The request goes on waiting. */
  onSlow?: () => void;
  slowAfterMs?: number;
}

interface Pending {
  accepted: () => void;
  resolve(result: unknown): void;
  reject(error: RequestError): void;
}

/**
 * One view of the host's model. `Traits` names the traits it may read.
 *
 * A view has its own request ids, so that several views of one model tell their answers apart.
 */
export class ViewModel<Traits extends object = Record<string, unknown>> {
  readonly #host: HostModel;
  readonly #prefix = randomPrefix();
  readonly #pending = new Map<string, Pending>();
  readonly #unsubscribers = new Set<() => void>();
  #count = 0;
  #closed = false;

  constructor(host: HostModel) {
    this.#host = host;
    this.#listen("msg:custom", (content) => this.#receive(content));
  }

  get<Name extends keyof Traits & string>(name: Name): Traits[Name] {
    return this.#host.get(name) as Traits[Name];
  }

  /** Calls `handler` after each change of the trait; returns the function that ends this. */
  onChange(name: keyof Traits & string, handler: () => void): () => void {
    return this.#listen(`change:${name}`, () => handler());
  }

  /** Calls `handler` when the host says that the way to the kernel is cut; not every host does. */
  onLost(handler: () => void): () => void {
    const ends = ["comm_live_update", "comm:close"].map((event) => this.#listen(event, handler));
    return () => {
      for (const end of ends) end();
    };
  }

  /**
   * Sends `{id, action, payload}` and settles with the answer `{id, ok, result | error}` of the same id.
   *
   * There is no time limit: a kernel that is busy with a cell answers when the cell has ended, and an action that was
   * carried out must not look refused. Use `onSlow` to tell the user. Closing the view rejects what is pending.
   */
  request<Result = unknown>(action: string, payload: unknown = {}, options: RequestOptions = {}): Promise<Result> {
    if (this.#closed) return Promise.reject(new RequestError("This view is closed."));
    const id = `${this.#prefix}-${++this.#count}`;
    return new Promise<Result>((resolve, reject) => {
      const timer = options.onSlow && setTimeout(options.onSlow, options.slowAfterMs ?? 2000);
      this.#pending.set(id, {
        accepted: () => options.onAccepted?.(),
        resolve: (result) => {
          clearTimeout(timer);
          resolve(result as Result);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#post(id, action, payload);
    });
  }

  /** Ends every subscription and rejects the requests that are still pending. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const unsubscribe of [...this.#unsubscribers]) unsubscribe();
    for (const id of [...this.#pending.keys()]) {
      this.#take(id)?.reject(new RequestError("The view was closed before Python answered."));
    }
  }

  #post(id: string, action: string, payload: unknown): void {
    try {
      this.#host.send({ id, action, payload });
    } catch (error) {
      this.#take(id)?.reject(new RequestError(`The message could not be sent to the kernel: ${text(error)}`));
    }
  }

  #receive(content: unknown): void {
    if (isAcceptance(content)) this.#pending.get(content.id)?.accepted();
    if (!isAnswer(content)) return;
    const pending = this.#take(content.id);
    if (pending === undefined) return; // another view's
    if (content.ok) pending.resolve(content.result);
    else pending.reject(toRequestError(content.error));
  }

  #take(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #listen(event: string, handler: (...values: unknown[]) => void): () => void {
    this.#host.on(event, handler);
    const unsubscribe = () => {
      this.#host.off(event, handler);
      this.#unsubscribers.delete(unsubscribe);
    };
    this.#unsubscribers.add(unsubscribe);
    return unsubscribe;
  }
}

/** The shortest way to ask Python for something; see `ViewModel.request`. */
export function request<Result = unknown>(
  model: Pick<ViewModel, "request">,
  action: string,
  payload: unknown = {},
  options: RequestOptions = {},
): Promise<Result> {
  return model.request<Result>(action, payload, options);
}

/** The trait's value; the component renders again when it changes. */
export function useTrait<Traits extends object, Name extends keyof Traits & string>(
  model: ViewModel<Traits>,
  name: Name,
): Traits[Name] {
  const [, render] = useState(0);
  const value = model.get(name);
  useEffect(() => {
    const again = () => render((count) => count + 1);
    if (model.get(name) !== value) again(); // it changed between this render and the subscription
    return model.onChange(name, again);
  }, [model, name, value]);
  return value;
}

interface Answer {
  id: string;
  ok: boolean;
  result?: unknown;
  error?: unknown;
}

function isAcceptance(content: unknown): content is { id: string } {
  return typeof content === "object" && content !== null && "id" in content && "accepted" in content;
}

function isAnswer(content: unknown): content is Answer {
  return typeof content === "object" && content !== null && "id" in content && "ok" in content;
}

function toRequestError(error: unknown): RequestError {
  if (typeof error === "object" && error !== null && "message" in error) {
    return new RequestError(String(error.message), error);
  }
  return new RequestError(text(error ?? "Python refused the request without saying why."), error);
}

function text(value: unknown): string {
  return value instanceof Error ? value.message : String(value);
}

/** Not `crypto.randomUUID`: it is missing where Jupyter is served over plain HTTP from another machine. */
function randomPrefix(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (word) => word.toString(36)).join("");
}
