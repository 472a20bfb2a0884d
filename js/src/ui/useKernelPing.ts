// Tells the kernel at intervals that the view is shown, and learns from it what the server's clock shows.
import { useEffect } from "preact/hooks";
import type { SharedTraits } from "../messages/shared";
import type { ViewModel } from "../model";
import { noteServerTime } from "../state/clock";

const INTERVAL_MS = 20_000;

/**
 * Sends "open" at once and every 20 seconds while the view is mounted; the kernel then connects and reads what the view
 * shows. Its answer has the server's present. So has the trait `clock`, which arrives while a cell runs, too.
 */
export function useKernelPing(model: Pick<ViewModel<SharedTraits>, "get" | "onChange" | "request">): void {
  useEffect(() => {
    const ping = () =>
      model.request<{ clock?: number }>("open").then(
        ({ clock }) => clock === undefined || noteServerTime(clock),
        () => undefined,
      );
    void ping();
    const timer = setInterval(() => void ping(), INTERVAL_MS);
    const unsubscribe = model.onChange("clock", () => noteServerTime(model.get("clock")));
    return () => {
      clearInterval(timer);
      unsubscribe();
    };
  }, [model]);
}
