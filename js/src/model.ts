// The page's view of the widget model: typed traits, and requests that Python always answers.
import { useEffect, useState } from "preact/hooks";

/** The part of anywidget's model that this project uses; every host provides it. */
export interface HostModel {
  get(name: string): unknown;
  send(content: unknown): void;
  on(event: string, handler: (...values: unknown[]) => void): void;
  off(event: string, handler: (...values: unknown[]) => void): void;
}

/** An error of a request: Python refused it, or no answer can come any more. `details` holds Python's error object. */
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
  /** Called when the kernel has received a request that takes time. Before that, the kernel may be busy with a cell. */
  onAccepted?: () => void;
  /** Called once if there is no answer after `slowAfterMs` (default 2,000). The request keeps waiting. */
  onSlow?: () => void;
  slowAfterMs?: number;
}

interface Pending {
  accepted: () => void;
  resolve(result: unknown): void;
  reject(error: RequestError): void;
}

/**
 * One view of the host's model. `Traits` names the traits that it may read. Each view has its own request ids, so that
 * several views of one model can tell their answers apart.
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

  /** Calls `handler` after each change of the trait. Returns the function that unsubscribes. */
  onChange(name: keyof Traits & string, handler: () => void): () => void {
    return this.#listen(`change:${name}`, () => handler());
  }

  /** Calls `handler` when the host reports that the connection to the kernel is lost; not every host does. */
  onLost(handler: () => void): () => void {
    const unsubscribers = ["comm_live_update", "comm:close"].map((event) => this.#listen(event, handler));
    return () => {
      for (const end of unsubscribers) end();
    };
  }

  /**
   * Sends `{id, action, payload}` and settles with the answer `{id, ok, result | error}` of the same id. There is no
   * time limit: a busy kernel answers when its cell has ended, and an action that was carried out must not look
   * refused. Use `onSlow` to tell the user. Closing the view rejects pending requests. Rejects with a RequestError.
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

  /** Ends every subscription and rejects the pending requests. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const unsubscribe of [...this.#unsubscribers]) unsubscribe();
    for (const id of [...this.#pending.keys()]) {
      this.#removePending(id)?.reject(new RequestError("The view was closed before Python answered."));
    }
  }

  #post(id: string, action: string, payload: unknown): void {
    try {
      this.#host.send({ id, action, payload });
    } catch (error) {
      this.#removePending(id)?.reject(new RequestError(`The message could not be sent to the kernel: ${text(error)}`));
    }
  }

  #receive(content: unknown): void {
    if (isAcceptance(content)) this.#pending.get(content.id)?.accepted();
    if (!isAnswer(content)) return;
    const pending = this.#removePending(content.id);
    if (pending === undefined) return; // the answer is for another view
    if (content.ok) pending.resolve(content.result);
    else pending.reject(toRequestError(content.error));
  }

  #removePending(id: string): Pending | undefined {
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

/** Shorthand for `ViewModel.request`. */
export function request<Result = unknown>(
  model: Pick<ViewModel, "request">,
  action: string,
  payload: unknown = {},
  options: RequestOptions = {},
): Promise<Result> {
  return model.request<Result>(action, payload, options);
}

/** The value of a trait; the component renders again when it changes. */
export function useTrait<Traits extends object, Name extends keyof Traits & string>(
  model: ViewModel<Traits>,
  name: Name,
): Traits[Name] {
  const [, render] = useState(0);
  const value = model.get(name);
  useEffect(() => {
    const rerender = () => render((count) => count + 1);
    if (model.get(name) !== value) rerender(); // the trait changed between this render and the subscription
    return model.onChange(name, rerender);
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

/** `crypto.randomUUID` is missing where Jupyter is served over plain HTTP from another machine. */
function randomPrefix(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (word) => word.toString(36)).join("");
}
