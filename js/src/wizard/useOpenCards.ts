// Which cards are open: a single item is; of several items only the initial one, until the user opens others.
import { useState } from "preact/hooks";

export function useOpenCards(ids: readonly string[], initial?: string) {
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(() => new Map(initial ? [[initial, true]] : []));
  const openByDefault = ids.length === 1;
  const isOpen = (id: string) => chosen.get(id) ?? openByDefault;
  // An item that is open by default stays open when another one is added.
  const now = () => new Map(ids.map((id) => [id, isOpen(id)]));
  const set = (id: string, open: boolean) => setChosen((before) => new Map([...now(), ...before, [id, open]]));
  const all = (open: boolean) => setChosen(new Map(ids.map((id) => [id, open])));
  return {
    isOpen,
    anyOpen: ids.some(isOpen),
    open: (id: string) => set(id, true),
    close: (id: string) => set(id, false),
    openAll: () => all(true),
    closeAll: () => all(false),
  };
}
