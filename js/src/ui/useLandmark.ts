import { useLayoutEffect, useState } from "preact/hooks";
import { takeName } from "../state/landmarks";

/** The name of a landmark: its own on this page, however many widgets of its kind there are. */
export function useLandmark(name: string): string {
  const [own, setOwn] = useState(name);
  useLayoutEffect(() => {
    const [taken, giveBack] = takeName(name);
    setOwn(taken);
    return giveBack;
  }, [name]);
  return own;
}
