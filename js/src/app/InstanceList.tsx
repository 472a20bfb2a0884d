// The list of instances with its filters and its keyboard navigation.
import { useMemo, useState } from "preact/hooks";
import type { DashboardTraits } from "../messages/dashboard";
import { useTrait, type ViewModel } from "../model";
import { type Filters, filterInstances, NO_FILTERS } from "../state/instances";
import { Button } from "../ui/parts";
import { useLandmark } from "../ui/useLandmark";
import { FilterBar } from "./FilterBar";
import { InstanceRows } from "./InstanceRows";
import { useInstances } from "./useInstances";

interface InstanceListProps {
  model: ViewModel<DashboardTraits>;
  title: string;
  id?: string;
  onSelect?: () => void;
  /** True if the selected instance is shown on the page now. */
  shown?: boolean;
}

export function InstanceList({ model, title, id, onSelect, shown = true }: InstanceListProps) {
  const all = useInstances(model);
  const loaded = useTrait(model, "loaded");
  const connected = useTrait(model, "connection").state === "connected";
  const [filters, setFilters] = useState(NO_FILTERS);
  const rows = useMemo(() => filterInstances(all, filters), [all, filters]);
  const landmark = useLandmark(title);
  const filtered = isFiltered(filters);
  const select = (instance: string) => {
    void model.request("select", { instance }).catch(() => undefined);
    onSelect?.();
  };
  return (
    <nav class="csw-instances" aria-label={landmark} id={id}>
      <h3>
        {title} {all.length > 0 ? <Count {...{ rows: rows.length, all: all.length, filtered, loaded }} /> : null}
      </h3>
      {all.length > 0 ? <FilterBar rows={all} filters={filters} onChange={setFilters} /> : null}
      {rows.length > 0 ? (
        <InstanceRows model={model} rows={rows} filters={filters} shown={shown} onSelect={select} />
      ) : (
        <EmptyList
          loaded={loaded}
          connected={connected}
          filtered={all.length > 0}
          onAll={() => setFilters(NO_FILTERS)}
        />
      )}
      <p class="csw-hidden" role="status">
        {filtered ? `${formatCount(rows.length)} of ${formatCount(all.length)} instances` : ""}
      </p>
    </nav>
  );
}

const formatCount = (number: number) => number.toLocaleString("en");

interface CountProps {
  rows: number;
  all: number;
  filtered: boolean;
  loaded: boolean;
}

function Count({ rows, all, filtered, loaded }: CountProps) {
  return (
    <span class="csw-count csw-muted">
      {filtered ? `${formatCount(rows)} of ${formatCount(all)}` : formatCount(all)}
      {loaded ? "" : ", reading more …"}
    </span>
  );
}

const isFiltered = ({ text, group, mine }: Filters) => text !== "" || group !== "all" || mine;

interface EmptyListProps {
  loaded: boolean;
  connected: boolean;
  filtered: boolean;
  onAll: () => void;
}

function EmptyList({ loaded, connected, filtered, onAll }: EmptyListProps) {
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
