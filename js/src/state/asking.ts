// A request whose answer may take long, and what it waits for meanwhile.
import type { RequestOptions } from "../model";

/** `cell`: the kernel is busy with a cell and has not seen the request; `server`: it is being carried out. */
export type Waiting = "" | "cell" | "server";

export interface Kernel {
  request<Result>(action: string, payload?: unknown, options?: RequestOptions): Promise<Result>;
}

const SLOW_MS = 1200;
const PING_MS = 600;

/** Asks; tells after a moment what the answer waits for, each time that this changes. */
export async function ask<Result>(
  kernel: Kernel,
  action: string,
  payload: unknown,
  onWaiting: (waiting: Waiting) => void,
): Promise<Result> {
  let over = false;
  const tell = (waiting: Waiting) => {
    if (!over) onWaiting(waiting);
  };
  const onSlow = () => {
    // A kernel that is free answers this at once; one that is busy does so when its cell has ended.
    const busy = setTimeout(() => tell("cell"), PING_MS);
    kernel.request("open").then(
      () => {
        clearTimeout(busy);
        tell("server");
      },
      () => clearTimeout(busy),
    );
  };
  try {
    return await kernel.request<Result>(action, payload, { onSlow, slowAfterMs: SLOW_MS });
  } finally {
    over = true;
    onWaiting("");
  }
}
