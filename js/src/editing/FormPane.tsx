// The form that is open inside of a widget that shows instances.
import type { EditorTraits } from "../messages/app";
import type { WizardTraits } from "../messages/wizard";
import type { ViewModel } from "../model";
import type { Data } from "../state/toData";
import { WizardForm } from "../wizard/Wizard";
import type { OpenForm } from "./useOpenForm";

export function FormPane({ model, form, data }: { model: ViewModel<EditorTraits>; form: OpenForm; data: Data }) {
  return (
    <WizardForm
      model={model as unknown as ViewModel<WizardTraits>}
      data={data}
      leaves
      editing={form.editing}
      touched={form.touched}
      onDone={form.done}
      onUpdated={form.leave}
      onApart={form.apart}
      onRebase={form.rebase}
      onCancel={form.leave}
    />
  );
}
