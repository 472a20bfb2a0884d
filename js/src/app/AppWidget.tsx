// The SchedulerApp widget: the list of instances on the left, the form or the selected instance on the right.
import { useRef, useState } from "preact/hooks";
import { AskBeforeReplacing, BackToForm } from "../editing/BackToForm";
import { FormPane } from "../editing/FormPane";
import { useFormFocus } from "../editing/useFormFocus";
import { type OpenForm, useOpenForm } from "../editing/useOpenForm";
import type { EditorTraits } from "../messages/app";
import type { DashboardTraits } from "../messages/dashboard";
import { useTrait, type ViewModel } from "../model";
import { ConnectionBanner, ConnectionChip } from "../ui/Connection";
import { useUid } from "../ui/fields";
import { Group } from "../ui/Group";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { useKernelPing } from "../ui/useKernelPing";
import { useLandmark } from "../ui/useLandmark";
import { InstanceList } from "./InstanceList";
import { SelectedInstance } from "./SelectedInstance";

const NARROW_WIDTH = 880; // pixels; app.css uses the same width

export function AppWidget({ model: untyped }: { model: ViewModel }) {
  const model = untyped as unknown as ViewModel<EditorTraits>;
  const dashboard = model as unknown as ViewModel<DashboardTraits>;
  const connection = useTrait(model, "connection");
  const form = useOpenForm(model);
  const [folds, setFolds] = useState({ instance: false, form: true }); // the form needs the width for its preview
  const panel = useRef<HTMLDivElement>(null);
  const list = useUid();
  const landmark = useLandmark("ClearML schedulers");
  useKernelPing(model);
  const open = form.data !== null;
  useFormFocus(open, panel);
  const folded = folds[open ? "form" : "instance"];
  const fold = (what: keyof typeof folds, to: boolean) => setFolds({ ...folds, [what]: to });
  const onSelect = () => {
    if (form.data !== null) form.hide();
    if ((panel.current?.clientWidth ?? NARROW_WIDTH) >= NARROW_WIDTH) return;
    fold("instance", true); // the selected instance is shown below the list
    panel.current?.querySelector<HTMLElement>(".csw-detail")?.focus();
  };
  return (
    <section aria-label={landmark} class="csw-panel" ref={panel}>
      <header class="csw-head">
        <Button
          kind="quiet"
          label={folded ? "Show the instances" : "Hide the instances"}
          expanded={!folded}
          onClick={() => fold(open ? "form" : "instance", !folded)}
        >
          <Icon name="menu" />
        </Button>
        <h2>
          ClearML schedulers
          {open ? <FormCrumb editing={form.editing} /> : null}
        </h2>
        <ConnectionChip connection={connection} />
        <BackToForm form={form} />
        {open ? null : (
          <Button kind="primary" onClick={() => form.open({})}>
            <Icon name="plus" /> Launch new
          </Button>
        )}
      </header>
      <ConnectionBanner connection={connection} model={model} />
      <div class={`csw-app ${folded ? "csw-app-folded" : ""}`}>
        {folded ? null : (
          <InstanceList model={dashboard} id={list} title="Instances" shown={!open} onSelect={onSelect} />
        )}
        <Group
          class="csw-detail"
          tabIndex={-1}
          label={!open ? "Instance" : form.editing ? "Edit instance" : "New instance"}
        >
          {form.data === null ? (
            <SelectedInstance model={dashboard} onForm={form.open} onEdit={form.open} />
          ) : (
            <FormPane model={model} form={form} data={form.data} />
          )}
        </Group>
      </div>
      <AskBeforeReplacing form={form} />
    </section>
  );
}

/** The part of the heading that says what the open form is for. */
function FormCrumb({ editing }: { editing: OpenForm["editing"] }) {
  return <span class="csw-crumb">{editing ? <>Edit {<bdi>{editing.name}</bdi>}</> : "New instance"}</span>;
}
