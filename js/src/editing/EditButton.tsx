// A button that opens the form for the shown instance, optionally at one of its items.
import { useState } from "preact/hooks";
import type { EditedInstance } from "../messages/app";
import type { DashboardTraits, InstanceHead } from "../messages/dashboard";
import type { ViewModel } from "../model";
import type { Data } from "../state/toData";
import { useUid } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";

export type OnEdit = (data: Data, instance: EditedInstance) => void;

interface EditProps {
  model: ViewModel<DashboardTraits>;
  view: InstanceHead;
  /** The item at which the form opens. */
  item?: string;
  onEdit: OnEdit;
}

/** If the definition cannot be changed, the button can still be pressed and says why. */
export function EditButton({ model, view, item, onEdit }: EditProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const id = useUid();
  const edit = async () => {
    setError(view.fixed);
    if (view.fixed) return;
    setBusy(true);
    try {
      const { data, base } = await model.request<{ data: Data; base: string }>("edit", { instance: view.id });
      onEdit(data, { id: view.id, name: view.name, base, ...(item && { item }) });
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button busy={busy} blocked={view.fixed} describedBy={error ? id : undefined} onClick={() => void edit()}>
        <Icon name="edit" /> {item ? "Edit …" : "Edit"}
      </Button>
      {error ? (
        <p id={id} class="csw-note csw-note-error" role="alert">
          {error}
        </p>
      ) : null}
    </>
  );
}
