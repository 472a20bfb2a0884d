import { useEffect } from "preact/hooks";
import type { ViewModel } from "../model";

const AGAIN_MS = 20_000;

/** Tells the kernel that this view is on a page, now and again: it connects, and reads what the view shows. */
export function useOpen(model: Pick<ViewModel, "request">): void {
  useEffect(() => {
    const open = () => void model.request("open").catch(() => undefined);
    open();
    const timer = setInterval(open, AGAIN_MS);
    return () => clearInterval(timer);
  }, [model]);
}
