// The list of instances: found by text and status, sorted, chosen by pointer or arrow keys.
import { useRef, useState } from "preact/hooks";
import type { DashboardTraits } from "../messages/dashboard";
import type { InstanceBrief } from "../messages/instances";
import { useTrait, type ViewModel } from "../model";
import { chosen, type Filters, NO_FILTERS } from "../state/instances";
import { Button, useNow } from "../ui/parts";
import { FilterBar } from "./FilterBar";
import { InstanceRow } from "./InstanceRow";
import { useInstances } from "./useInstances";

interface InstancesProps {
  model: ViewModel<DashboardTraits>;
  title: string;
  id?: string;
  onSelect?: () => void;
  /** Whether the chosen one is on the page now. */
  shown?: boolean;
}

export function Instances({ model, title, id, onSelect, shown = true }: InstancesProps) {
  const all = useInstances(model);
  const loaded = useTrait(model, "loaded");
  const connected = useTrait(model, "connection").state === "connected";
  const [filters, setFilters] = useState(NO_FILTERS);
  const rows = chosen(all, filters);
  const select = (instance: string) => {
    void model.request("select", { instance }).catch(() => undefined);
    onSelect?.();
  };
  return (
    <nav class="csw-instances" aria-label={title} id={id}>
      <h3>
        {title} {all.length > 0 ? <span class="csw-count csw-muted">{all.length}</span> : null}
      </h3>
      {all.length > 0 ? <FilterBar rows={all} filters={filters} onChange={setFilters} /> : null}
      {rows.length > 0 ? (
        <Rows model={model} rows={rows} shown={shown} onSelect={select} />
      ) : (
        <Nothing loaded={loaded} connected={connected} filtered={all.length > 0} onAll={() => setFilters(NO_FILTERS)} />
      )}
      <p class="csw-hidden" role="status">
        {isFiltered(filters) ? `${rows.length} of ${all.length} instances` : ""}
      </p>
    </nav>
  );
}

const isFiltered = ({ text, group, mine }: Filters) => text !== "" || group !== "all" || mine;

interface NothingProps {
  loaded: boolean;
  connected: boolean;
  filtered: boolean;
  onAll: () => void;
}

function Nothing({ loaded, connected, filtered, onAll }: NothingProps) {
  if (filtered) {
    return (
      <div class="csw-nothing">
        <p>No instance matches.</p>
        <Button onClick={onAll}>Show all</Button>
      </div>
    );
  }
  if (loaded) return <p class="csw-nothing">None yet.</p>;
  return (
    <p class="csw-nothing" role="status">
      {connected ? "Reading instances …" : "They are listed when the server answers."}
    </p>
  );
}

interface RowsProps {
  model: ViewModel<DashboardTraits>;
  rows: InstanceBrief[];
  shown: boolean;
  onSelect: (id: string) => void;
}

/** One row is in the tab order: the one that was used last, else the chosen one, else the first. */
function Rows({ model, rows, shown, onSelect }: RowsProps) {
  const selected = useTrait(model, "selected");
  const now = useNow();
  const list = useRef<HTMLUListElement>(null);
  const [used, setUsed] = useState("");
  const stop = [used, selected].find((id) => rows.some((row) => row.id === id)) ?? rows[0]?.id;
  return (
    <ul ref={list} onKeyDown={(event) => moveFocus(event, list.current)}>
      {rows.map((row) => (
        <li key={row.id}>
          <InstanceRow
            row={row}
            now={now}
            current={shown && row.id === selected}
            tabStop={row.id === stop}
            onFocus={() => setUsed(row.id)}
            onSelect={() => onSelect(row.id)}
          />
        </li>
      ))}
    </ul>
  );
}

const MOVES: Record<string, (place: number, last: number) => number> = {
  ArrowDown: (place, last) => Math.min(place + 1, last),
  ArrowUp: (place) => Math.max(place - 1, 0),
  Home: () => 0,
  End: (_, last) => last,
};

function moveFocus(event: KeyboardEvent, list: HTMLElement | null): void {
  const move = MOVES[event.key];
  if (move === undefined || list === null) return;
  event.preventDefault();
  const buttons = [...list.querySelectorAll("button")];
  const place = buttons.indexOf(document.activeElement as HTMLButtonElement);
  buttons[move(place, buttons.length - 1)]?.focus();
}
