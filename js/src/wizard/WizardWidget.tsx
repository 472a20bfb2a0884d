// The Wizard widget: the form, and after a launch what came of it.
import { useState } from "preact/hooks";
import type { WizardTraits } from "../messages/wizard";
import { useTrait, type ViewModel } from "../model";
import type { Data } from "../state/toData";
import { ConnectionBanner, ConnectionChip } from "../ui/Connection";
import { useLandmark } from "../ui/useLandmark";
import { useOpen } from "../ui/useOpen";
import { Done, type Outcome } from "./Done";
import { WizardForm } from "./Wizard";

export function WizardWidget({ model: untyped }: { model: ViewModel }) {
  const model = untyped as unknown as ViewModel<WizardTraits>;
  const connection = useTrait(model, "connection");
  const [done, setDone] = useState<Outcome | null>(null);
  const [begin, setBegin] = useState<Data | null>(null); // what the form begins with, if not with the kernel's draft
  const landmark = useLandmark("New instance");
  useOpen(model);
  return (
    <section aria-label={landmark} class="csw-panel">
      <header class="csw-head">
        <h2>New instance</h2>
        <ConnectionChip connection={connection} />
      </header>
      <ConnectionBanner connection={connection} model={model} />
      {done ? (
        <Done
          outcome={done}
          web={connection.web}
          onAgain={() => {
            setBegin(null);
            setDone(null);
          }}
          onNew={() => {
            setBegin({});
            setDone(null);
          }}
        />
      ) : (
        <WizardForm
          model={model}
          {...(begin && { data: begin })}
          onDone={setDone}
          onCancel={(store) => store.replace({}, store.state.edited ? "The form was cleared" : undefined)}
        />
      )}
    </section>
  );
}
