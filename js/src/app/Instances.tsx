// The list of instances.
import type { DashboardTraits, InstanceBrief } from "../messages";
import { useTrait, type ViewModel } from "../model";
import { duration } from "../state/format";
import { chosen, NO_FILTERS } from "../state/instances";
import { Chip, useNow } from "../ui/parts";
import { useInstances } from "./useInstances";

const PLACES: Record<string, string> = { kernel: "this kernel", service: "service", elsewhere: "another kernel" };

interface InstancesProps {
  model: ViewModel<DashboardTraits>;
  title: string;
  onSelect?: () => void;
  shown?: boolean;
}

export function Instances({ model, title, onSelect, shown = true }: InstancesProps) {
  const instances = chosen(useInstances(model), NO_FILTERS);
  const loaded = useTrait(model, "loaded");
  const selected = useTrait(model, "selected");
  const connection = useTrait(model, "connection");
  const now = useNow();
  const select = (id: string) => {
    void model.request("select", { instance: id }).catch(() => undefined);
    onSelect?.();
  };
  return (
    <nav class="csw-instances" aria-label={title}>
      <h3>{title}</h3>
      {!loaded && connection.state === "connected" ? <p class="csw-loading">Reading instances …</p> : null}
      {loaded && instances.length === 0 ? <p class="csw-loading">None yet.</p> : null}
      <ul>
        {instances.map((instance) => (
          <li key={instance.id}>
            <button
              type="button"
              class="csw-instance-item"
              aria-current={shown && instance.id === selected}
              onClick={() => select(instance.id)}
            >
              <span class="csw-instance-name">{instance.name}</span>
              <Chip status={instance.status} />
              <span class="csw-instance-facts">{facts(instance, now)}</span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function facts(instance: InstanceBrief, now: number): string {
  const alive = ["running", "paused"].includes(instance.status) && instance.started !== null;
  const up = alive && instance.started !== null ? `up ${duration(now - instance.started)}` : "";
  const place = alive ? (PLACES[instance.where] ?? instance.where) : "";
  return [instance.user, place, up].filter(Boolean).join(" · ");
}
