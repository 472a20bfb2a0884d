// The Dashboard widget: one instance, or a choice of which.

import { Instances } from "../app/Instances";
import { useInstances } from "../app/useInstances";
import type { DashboardTraits } from "../messages/dashboard";
import { useTrait, type ViewModel } from "../model";
import { ConnectionBanner, ConnectionChip } from "../ui/Connection";
import { Empty } from "../ui/parts";
import { useOpen } from "../ui/useOpen";
import { InstanceView } from "./InstanceView";

export function DashboardWidget({ model: untyped }: { model: ViewModel }) {
  const model = untyped as unknown as ViewModel<DashboardTraits>;
  const connection = useTrait(model, "connection");
  const selected = useTrait(model, "selected");
  useOpen(model);
  return (
    <section aria-label="Dashboard" class="csw-panel">
      <header class="csw-head">
        <h2>Dashboard</h2>
        <ConnectionChip connection={connection} />
      </header>
      <ConnectionBanner connection={connection} model={model} />
      {selected ? <InstanceView model={model} /> : <Choice model={model} />}
    </section>
  );
}

function Choice({ model }: { model: ViewModel<DashboardTraits> }) {
  const instances = useInstances(model);
  const loaded = useTrait(model, "loaded");
  if (loaded && instances.length === 0) {
    return (
      <Empty title="No instance yet">
        Launch one with <code>Wizard()</code>, or with <code>Manager().launch(definition)</code>; it appears here.
      </Empty>
    );
  }
  return <Instances model={model} title="Choose an instance" />;
}
