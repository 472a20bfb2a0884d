// The SchedulerApp widget: all instances on the left, the form or one instance on the right.
import { useRef, useState } from "preact/hooks";
import type { AppTraits, Edited } from "../messages/app";
import type { DashboardTraits } from "../messages/dashboard";
import type { WizardTraits } from "../messages/wizard";
import { useTrait, type ViewModel } from "../model";
import type { Data } from "../state/toData";
import { ConnectionBanner, ConnectionChip } from "../ui/Connection";
import { useUid } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { useOpen } from "../ui/useOpen";
import { WizardForm } from "../wizard/Wizard";
import { Instances } from "./Instances";
import { Selected } from "./Selected";

const NARROW = 760; // pixels; app.css has the same

export function AppWidget({ model: untyped }: { model: ViewModel }) {
  const model = untyped as unknown as ViewModel<AppTraits>;
  const dashboard = model as unknown as ViewModel<DashboardTraits>;
  const connection = useTrait(model, "connection");
  const draft = useTrait(model, "draft");
  const [form, setForm] = useState<Data | null>(() => unfinished(draft));
  const [editing, setEditing] = useState<Edited | null>(() => edited(model.get("editing")));
  const [folded, setFolded] = useState(false);
  const panel = useRef<HTMLDivElement>(null);
  const list = useUid();
  useOpen(model);
  const edit = (instance: Edited | null) => {
    void model.request("editing", instance ?? {}).catch(() => undefined); // a page that is loaded again knows it, too
    setEditing(instance);
  };
  const fresh = (data: Data, instance: Edited | null = null) => {
    edit(instance);
    setForm(data);
  };
  const leave = () => {
    void model.request("discard").catch(() => undefined);
    edit(null);
    setForm(null);
  };
  const onSelect = () => {
    setForm(null);
    if ((panel.current?.clientWidth ?? NARROW) >= NARROW) return;
    setFolded(true); // what was chosen is below the list
    panel.current?.querySelector<HTMLElement>(".csw-detail")?.focus();
  };
  return (
    <section aria-label="ClearML schedulers" class="csw-panel" ref={panel}>
      <header class="csw-head">
        <Button
          kind="quiet"
          label={folded ? "Show the instances" : "Hide the instances"}
          expanded={!folded}
          onClick={() => setFolded(!folded)}
        >
          <Icon name="menu" />
        </Button>
        <h2>ClearML schedulers</h2>
        <ConnectionChip connection={connection} />
        {form === null ? <OpenForm draft={unfinished(draft)} onBack={setForm} onNew={() => fresh({})} /> : null}
      </header>
      <ConnectionBanner connection={connection} model={model} />
      <div class={`csw-app ${folded ? "csw-app-folded" : ""}`}>
        {folded ? null : (
          <Instances model={dashboard} id={list} title="Instances" shown={form === null} onSelect={onSelect} />
        )}
        <section
          class="csw-detail"
          tabIndex={-1}
          aria-label={form === null ? "Instance" : editing ? "Edit instance" : "New instance"}
        >
          {form === null ? (
            <Selected model={dashboard} onForm={fresh} onEdit={fresh} />
          ) : (
            <WizardForm
              model={model as unknown as ViewModel<WizardTraits>}
              data={form}
              leaves
              editing={editing}
              onDone={() => setForm(null)}
              onUpdated={leave}
              onCancel={leave}
            />
          )}
        </section>
      </div>
    </section>
  );
}

/** A form that was left for an instance is not lost: the button leads back to it. */
function OpenForm(props: { draft: Data | null; onBack: (data: Data) => void; onNew: () => void }) {
  const { draft, onBack, onNew } = props;
  return (
    <>
      {draft ? (
        <Button onClick={() => onBack(draft)}>
          <Icon name="left" /> Back to the form
        </Button>
      ) : null}
      <Button kind="primary" onClick={onNew}>
        <Icon name="plus" /> Launch new
      </Button>
    </>
  );
}

/** The trait is empty where no instance is edited. */
function edited(trait: AppTraits["editing"]): Edited | null {
  return "id" in trait ? { id: String(trait.id), name: String(trait.name) } : null;
}

/** The draft, if somebody has begun to fill it. */
function unfinished(draft: Data): Data | null {
  const items = [draft.schedules, draft.triggers].flatMap((each) => (Array.isArray(each) ? (each as Data[]) : []));
  const begun = Boolean(draft.name) || items.length > 1 || items.some((item) => Boolean((item.action as Data)?.task));
  return begun ? draft : null;
}
