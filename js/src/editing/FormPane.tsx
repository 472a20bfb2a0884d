// The form that is open inside a widget that shows instances.
import type { EditorTraits } from "../messages/app";
import type { WizardTraits } from "../messages/wizard";
import type { ViewModel } from "../model";
import type { Data } from "../state/toData";
import { WizardForm } from "../wizard/WizardForm";
import type { OpenForm } from "./useOpenForm";

export function FormPane({ model, form, data }: { model: ViewModel<EditorTraits>; form: OpenForm; data: Data }) {
  return (
    <WizardForm
      model={model as unknown as ViewModel<WizardTraits>}
      data={data}
      closes
      editing={form.editing}
      touched={form.touched}
      onDone={form.done}
      onUpdated={form.discard}
      onDetach={form.detach}
      onRebase={form.rebase}
      onCancel={form.discard}
    />
  );
}
