// The state of the form inside a widget that shows instances: open, hidden with unsaved edits, or closed.
import { useRef, useState } from "preact/hooks";
import type { EditedInstance, EditorTraits } from "../messages/app";
import { useTrait, type ViewModel } from "../model";
import { editedInstance, unfinishedDraft } from "../state/formDraft";
import type { Data } from "../state/toData";
import { deleteUnsavedForm } from "../state/unsavedForms";

export interface FormRequest {
  data: Data;
  /** The instance that the form changes; null if it makes a new one. */
  instance: EditedInstance | null;
}

export interface OpenForm {
  /** The initial data of the form; null while the form is not shown. */
  data: Data | null;
  editing: EditedInstance | null;
  /** The unsaved draft, if any. */
  draft: Data | null;
  /** The form that was requested while this one has unsaved edits. */
  requested: FormRequest | null;
  /** Set by the form to whether anything was edited. */
  touched: { current: boolean };
  open: (data: Data, instance?: EditedInstance | null) => void;
  /** Opens the requested form and drops the unsaved draft. */
  replace: () => void;
  keep: () => void;
  /** Shows the hidden form again. */
  resume: () => void;
  /** Hides the form; its edits are kept. */
  hide: () => void;
  /** Closes the form and drops its edits. */
  discard: () => void;
  /** Turns the edits of an instance into a new instance. */
  detach: () => void;
  /** Sets the version of the instance that the edits started from. */
  rebase: (base: string) => void;
  /** Closes the form after its data was saved. */
  done: () => void;
}

export function useOpenForm(model: ViewModel<EditorTraits>): OpenForm {
  const kernelDraft = useTrait(model, "draft");
  const [discarded, setDiscarded] = useState<Data | null>(null); // dropped here, but still in the kernel's trait
  const draft = kernelDraft === discarded ? null : unfinishedDraft(kernelDraft);
  const [data, setData] = useState<Data | null>(draft);
  const [editing, setEditing] = useState<EditedInstance | null>(() => editedInstance(model.get("editing")));
  const [requested, setRequested] = useState<FormRequest | null>(null);
  const touched = useRef(false);
  const [openCount, setOpenCount] = useState(0);
  const latestOpenCount = useRef(openCount);
  latestOpenCount.current = openCount;
  const send = (action: string, payload: object = {}) => void model.request(action, payload).catch(() => undefined);
  const show = ({ data, instance }: FormRequest) => {
    send("editing", instance ?? {}); // a reloaded page reads it from the kernel
    setOpenCount((count) => count + 1);
    setRequested(null);
    setEditing(instance);
    setData(data);
  };
  // A busy kernel answers late: a request from before another form was opened is ignored.
  const open = (data: Data, instance: EditedInstance | null = null) => {
    if (latestOpenCount.current !== openCount) return;
    if (draft === null) show({ data, instance });
    else setRequested({ data, instance });
  };
  const discard = () => {
    setDiscarded(model.get("draft"));
    send("discard");
    send("editing");
    setEditing(null);
    setData(null);
  };
  const resume = () => {
    if (editing) send("select", { instance: editing.id }); // another instance may be shown by now
    setRequested(null);
    setData(draft);
  };
  return {
    data,
    editing,
    draft,
    requested,
    touched,
    open,
    replace: () => {
      deleteUnsavedForm(model.get("form"));
      if (requested) show(requested);
    },
    keep: () => setRequested(null),
    resume,
    hide: () => (touched.current ? setData(null) : discard()),
    discard,
    detach: () => {
      send("editing");
      setEditing(null);
    },
    rebase: (base) => {
      if (editing === null) return;
      send("editing", { ...editing, base });
      setEditing({ ...editing, base });
    },
    done: () => setData(null),
  };
}
