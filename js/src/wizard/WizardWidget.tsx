// The Wizard widget: the form, and after a launch its result.
import { useState } from "preact/hooks";
import type { WizardTraits } from "../messages/wizard";
import { useTrait, type ViewModel } from "../model";
import type { Data } from "../state/toData";
import { ConnectionBanner, ConnectionChip } from "../ui/Connection";
import { useKernelPing } from "../ui/useKernelPing";
import { useLandmark } from "../ui/useLandmark";
import { type LaunchOutcome, LaunchResult } from "./LaunchResult";
import { WizardForm } from "./WizardForm";

export function WizardWidget({ model: untyped }: { model: ViewModel }) {
  const model = untyped as unknown as ViewModel<WizardTraits>;
  const connection = useTrait(model, "connection");
  const [outcome, setOutcome] = useState<LaunchOutcome | null>(null);
  const [initialData, setInitialData] = useState<Data | null>(null); // the initial content, if not the kernel's draft
  const landmark = useLandmark("New instance");
  useKernelPing(model);
  return (
    <section aria-label={landmark} class="csw-panel">
      <header class="csw-head">
        <h2>New instance</h2>
        <ConnectionChip connection={connection} />
      </header>
      <ConnectionBanner connection={connection} model={model} />
      {outcome ? (
        <LaunchResult
          outcome={outcome}
          web={connection.web}
          onBack={() => {
            setInitialData(null);
            setOutcome(null);
          }}
          onNew={() => {
            setInitialData({});
            setOutcome(null);
          }}
        />
      ) : (
        <WizardForm
          model={model}
          {...(initialData && { data: initialData })}
          onDone={setOutcome}
          onCancel={(store) => store.replace({}, store.state.edited ? "The form was cleared" : undefined)}
        />
      )}
    </section>
  );
}
