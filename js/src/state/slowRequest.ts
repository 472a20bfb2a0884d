// Sends a request that may take long, and reports what it waits for.
import type { RequestOptions } from "../model";

/** `cell`: the kernel is busy with a cell and has not seen the request; `server`: the request is being carried out. */
export type WaitingFor = "" | "cell" | "server";

export interface Requester {
  request<Result>(action: string, payload?: unknown, options?: RequestOptions): Promise<Result>;
}

const SLOW_MS = 1200;
const PING_MS = 600;

/**
 * Sends a request and reports after a moment what it waits for, and each change of that. Rejects with a RequestError.
 */
export async function requestWithStatus<Result>(
  kernel: Requester,
  action: string,
  payload: unknown,
  onWaiting: (waiting: WaitingFor) => void,
): Promise<Result> {
  let settled = false;
  const report = (waiting: WaitingFor) => {
    if (!settled) onWaiting(waiting);
  };
  const onSlow = () => {
    // A free kernel answers "open" at once; a busy one answers when its cell has ended.
    const busy = setTimeout(() => report("cell"), PING_MS);
    kernel.request("open").then(
      () => {
        clearTimeout(busy);
        report("server");
      },
      () => clearTimeout(busy),
    );
  };
  try {
    return await kernel.request<Result>(action, payload, { onSlow, slowAfterMs: SLOW_MS });
  } finally {
    settled = true;
    onWaiting("");
  }
}
