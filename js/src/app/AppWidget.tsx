// The SchedulerApp widget: all instances on the left, the form or one instance on the right.
import { useState } from "preact/hooks";
import { InstanceView } from "../dashboard/InstanceView";
import type { AppTraits, DashboardTraits, WizardTraits } from "../messages";
import { useTrait, type ViewModel } from "../model";
import type { Data } from "../state/toData";
import { ConnectionBanner, ConnectionChip } from "../ui/Connection";
import { Icon } from "../ui/icons";
import { Button, Empty } from "../ui/parts";
import { useOpen } from "../ui/useOpen";
import { WizardForm } from "../wizard/Wizard";
import { Instances } from "./Instances";
import { useInstances } from "./useInstances";

export function AppWidget({ model: untyped }: { model: ViewModel }) {
  const model = untyped as unknown as ViewModel<AppTraits>;
  const connection = useTrait(model, "connection");
  const [form, setForm] = useState<Data | null>(() => unfinished(model.get("draft")));
  const [error, setError] = useState("");
  useOpen(model);
  const clone = async (instance: string) => {
    setError("");
    try {
      setForm((await model.request<{ data: Data }>("clone", { instance })).data);
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    }
  };
  const dashboard = model as unknown as ViewModel<DashboardTraits>;
  return (
    <div class="csw-panel">
      <header class="csw-head">
        <h2>ClearML schedulers</h2>
        <ConnectionChip connection={connection} />
        {form === null ? (
          <Button kind="primary" onClick={() => setForm({})}>
            <Icon name="plus" /> Launch new
          </Button>
        ) : null}
      </header>
      <ConnectionBanner connection={connection} model={model} />
      {error ? (
        <div class="csw-banner csw-banner-error" role="alert">
          {error}
        </div>
      ) : null}
      <div class="csw-app">
        <Instances model={dashboard} title="Instances" shown={form === null} onSelect={() => setForm(null)} />
        <main class="csw-detail">
          {form === null ? (
            <Selected model={dashboard} onClone={clone} />
          ) : (
            <WizardForm
              model={model as unknown as ViewModel<WizardTraits>}
              data={form}
              onDone={() => setForm(null)}
              onCancel={() => {
                void model.request("discard").catch(() => undefined);
                setForm(null);
              }}
            />
          )}
        </main>
      </div>
    </div>
  );
}

/** A form that was open when the page was left is open again when it comes back. */
function unfinished(draft: Data): Data | null {
  return Object.keys(draft).length > 0 ? draft : null;
}

function Selected({ model, onClone }: { model: ViewModel<DashboardTraits>; onClone: (id: string) => void }) {
  const selected = useTrait(model, "selected");
  const instances = useInstances(model);
  const loaded = useTrait(model, "loaded");
  if (selected === "" && instances.length > 0) {
    return <Empty title="No instance selected">Choose one from the list, or launch a new one.</Empty>;
  }
  if (selected === "") {
    return loaded ? (
      <Empty title="No instance yet">
        Launch a new one: pick a task, say when it runs and on which queue. It appears here.
      </Empty>
    ) : null;
  }
  const clone = (
    <Button onClick={() => onClone(selected)}>
      <Icon name="copy" /> Clone
    </Button>
  );
  return <InstanceView model={model} more={clone} />;
}
