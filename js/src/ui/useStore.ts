// Connects a component to a store.
import { useEffect, useState } from "preact/hooks";

interface Store {
  subscribe(listener: () => void): () => void;
}

/** Renders the component again when the store changes. */
export function useStore<Kind extends Store>(store: Kind): Kind {
  const [, render] = useState(0);
  useEffect(() => store.subscribe(() => render((count) => count + 1)), [store]);
  return store;
}
