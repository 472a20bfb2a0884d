import { useEffect, useState } from "preact/hooks";

interface Store {
  subscribe(listener: () => void): () => void;
}

/** Renders again when the store has something new. */
export function useStore<Kind extends Store>(store: Kind): Kind {
  const [, render] = useState(0);
  useEffect(() => store.subscribe(() => render((count) => count + 1)), [store]);
  return store;
}
