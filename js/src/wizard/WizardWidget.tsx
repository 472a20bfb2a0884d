// The Wizard widget: the form, and after a launch what came of it.
import { useState } from "preact/hooks";
import type { InstanceBrief, WizardTraits } from "../messages";
import { useTrait, type ViewModel } from "../model";
import { ConnectionBanner, ConnectionChip } from "../ui/Connection";
import { Button, TaskLink } from "../ui/parts";
import { useOpen } from "../ui/useOpen";
import { WizardForm } from "./Wizard";

export function WizardWidget({ model: untyped }: { model: ViewModel }) {
  const model = untyped as unknown as ViewModel<WizardTraits>;
  const connection = useTrait(model, "connection");
  const [done, setDone] = useState<{ instance: InstanceBrief; launched: boolean } | null>(null);
  useOpen(model);
  return (
    <section aria-label="New scheduler" class="csw-panel">
      <header class="csw-head">
        <h2>New scheduler</h2>
        <ConnectionChip connection={connection} />
      </header>
      <ConnectionBanner connection={connection} model={model} />
      {done ? (
        <Done {...done} web={connection.web} onAgain={() => setDone(null)} />
      ) : (
        <WizardForm
          model={model}
          onDone={(instance, launched) => setDone({ instance, launched })}
          onCancel={(store) => store.replace({})}
        />
      )}
    </section>
  );
}

interface DoneProps {
  instance: InstanceBrief;
  launched: boolean;
  web: string | undefined;
  onAgain: () => void;
}

function Done({ instance, launched, web, onAgain }: DoneProps) {
  return (
    <div class="csw-done" role="status">
      <strong>
        <TaskLink web={web} id={instance.id}>
          {instance.name}
        </TaskLink>{" "}
        {launched
          ? instance.where === "kernel"
            ? "is running in this kernel."
            : "was launched as a service."
          : "was saved as a draft."}
      </strong>
      <p>
        Show it with <code>Dashboard()</code> in a new cell; in Python it is <code>wizard.instance</code>.
      </p>
      <Button onClick={onAgain}>Back to the form</Button>
    </div>
  );
}
