// Opens the form for the instance that is shown, at one of its items or as a whole.
import { useState } from "preact/hooks";
import type { Edited } from "../messages/app";
import type { DashboardTraits, InstanceHead } from "../messages/dashboard";
import type { ViewModel } from "../model";
import type { Data } from "../state/toData";
import { useUid } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";

export type OnEdit = (data: Data, instance: Edited) => void;

interface EditProps {
  model: ViewModel<DashboardTraits>;
  view: InstanceHead;
  /** The form opens at this item. */
  item?: string;
  onEdit: OnEdit;
}

/** Where the definition cannot be changed, the button can be pressed all the same, and says why. */
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
      <Button busy={busy} off={view.fixed} describedBy={error ? id : undefined} onClick={() => void edit()}>
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
