// Which cards are open. One item alone is; of several none but the wanted one, until the user asks.
import { useState } from "preact/hooks";

export function useFolds(ids: readonly string[], wanted?: string) {
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(() => new Map(wanted ? [[wanted, true]] : []));
  const usually = ids.length === 1;
  const isOpen = (id: string) => chosen.get(id) ?? usually;
  // What is open by itself stays so when another item is added.
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
