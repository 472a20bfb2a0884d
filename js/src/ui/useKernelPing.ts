// Tells the kernel at intervals that the view is shown.
import { useEffect } from "preact/hooks";
import type { ViewModel } from "../model";

const INTERVAL_MS = 20_000;

/**
 * Sends "open" at once and every 20 seconds while the view is mounted; the kernel then connects and reads what the view
 * shows.
 */
export function useKernelPing(model: Pick<ViewModel, "request">): void {
  useEffect(() => {
    const ping = () => void model.request("open").catch(() => undefined);
    ping();
    const timer = setInterval(ping, INTERVAL_MS);
    return () => clearInterval(timer);
  }, [model]);
}
