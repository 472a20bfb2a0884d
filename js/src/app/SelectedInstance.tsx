// The selected instance, or a hint if none is selected.
import type { ComponentChildren } from "preact";
import { InstanceView } from "../dashboard/InstanceView";
import type { OnEdit } from "../editing/EditButton";
import type { DashboardTraits } from "../messages/dashboard";
import { useTrait, type ViewModel } from "../model";
import type { Data } from "../state/toData";
import { Icon } from "../ui/icons";
import { Button, Empty } from "../ui/parts";
import { MoreActions } from "./MoreActions";
import { useInstances } from "./useInstances";

interface SelectedProps {
  model: ViewModel<DashboardTraits>;
  /** Opens a form that is filled with this definition. */
  onForm: (data: Data) => void;
  /** Opens a form that changes this instance. */
  onEdit: OnEdit;
}

export function SelectedInstance({ model, onForm, onEdit }: SelectedProps) {
  const selected = useTrait(model, "selected");
  const instances = useInstances(model);
  const loaded = useTrait(model, "loaded");
  const { web } = useTrait(model, "connection");
  const instance = instances.find(({ id }) => id === selected);
  if (selected === "" && instances.length > 0) {
    return <Empty title="No instance selected">Choose one from the list, or launch a new one.</Empty>;
  }
  if (selected === "") return loaded ? <Welcome onForm={onForm} /> : null;
  const more = instance
    ? (move: ComponentChildren) => <MoreActions {...{ model, instance, web, move }} onClone={onForm} />
    : undefined;
  return <InstanceView key={selected} {...{ model, more, onEdit }} />;
}

function Welcome({ onForm }: Pick<SelectedProps, "onForm">) {
  return (
    <Empty title="No instance yet">
      Pick a task, say when it runs and on which queue. What you launch appears here, with its runs and its log.
      <Button onClick={() => onForm({})}>
        <Icon name="plus" /> Launch the first one
      </Button>
    </Empty>
  );
}
