// Gives a widget's landmark a unique name.
import { useLayoutEffect, useState } from "preact/hooks";
import { claimName } from "../state/landmarks";

/** The landmark's name, numbered if other widgets of the page use it. */
export function useLandmark(name: string): string {
  const [unique, setUnique] = useState(name);
  useLayoutEffect(() => {
    const [claimed, release] = claimName(name);
    setUnique(claimed);
    return release;
  }, [name]);
  return unique;
}
