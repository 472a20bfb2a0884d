// The Dashboard widget: one instance, the form that changes it, or a list to choose an instance from.

import { useRef } from "preact/hooks";
import { InstanceList } from "../app/InstanceList";
import { useInstances } from "../app/useInstances";
import { AskBeforeReplacing, BackToForm } from "../editing/BackToForm";
import { FormPane } from "../editing/FormPane";
import { useFormFocus } from "../editing/useFormFocus";
import { useOpenForm } from "../editing/useOpenForm";
import type { EditorTraits } from "../messages/app";
import type { DashboardTraits } from "../messages/dashboard";
import { useTrait, type ViewModel } from "../model";
import { ConnectionBanner, ConnectionChip } from "../ui/Connection";
import { Group } from "../ui/Group";
import { Icon } from "../ui/icons";
import { Button, Empty } from "../ui/parts";
import { useKernelPing } from "../ui/useKernelPing";
import { useLandmark } from "../ui/useLandmark";
import { InstanceView } from "./InstanceView";

export function DashboardWidget({ model: untyped }: { model: ViewModel }) {
  const editor = untyped as unknown as ViewModel<EditorTraits>;
  const model = untyped as unknown as ViewModel<DashboardTraits>;
  const connection = useTrait(model, "connection");
  const selected = useTrait(model, "selected");
  const form = useOpenForm(editor);
  const panel = useRef<HTMLElement>(null);
  useFormFocus(form.data !== null, panel);
  const landmark = useLandmark("Dashboard");
  useKernelPing(model);
  return (
    <section aria-label={landmark} class="csw-panel" ref={panel}>
      <header class="csw-head">
        <h2>Dashboard</h2>
        <ConnectionChip connection={connection} />
        <BackToForm form={form} />
        {form.data === null ? null : (
          <Button onClick={form.hide}>
            <Icon name="left" /> Back to the dashboard
          </Button>
        )}
      </header>
      <ConnectionBanner connection={connection} model={model} />
      {form.data !== null ? (
        <Group class="csw-detail" label={form.editing ? "Edit instance" : "New instance"}>
          <FormPane model={editor} form={form} data={form.data} />
        </Group>
      ) : selected ? (
        <InstanceView model={model} onEdit={form.open} />
      ) : (
        <InstanceChoice model={model} />
      )}
      <AskBeforeReplacing form={form} />
    </section>
  );
}

function InstanceChoice({ model }: { model: ViewModel<DashboardTraits> }) {
  const instances = useInstances(model);
  const loaded = useTrait(model, "loaded");
  if (loaded && instances.length === 0) {
    return (
      <Empty title="No instance yet">
        Launch one with <code>Wizard()</code>, or with <code>Manager().launch(definition)</code>; it appears here.
      </Empty>
    );
  }
  return <InstanceList model={model} title="Choose an instance" />;
}
