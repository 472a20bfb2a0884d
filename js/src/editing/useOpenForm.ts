// The form inside of a widget that shows instances: opened for one of them, left for a while, or given up.
import { useRef, useState } from "preact/hooks";
import type { Edited, EditorTraits } from "../messages/app";
import { useTrait, type ViewModel } from "../model";
import { forgetForm } from "../state/left";
import { edited, unfinished } from "../state/openForm";
import type { Data } from "../state/toData";

export interface Wanted {
  data: Data;
  /** The instance that the form changes; null if it makes a new one. */
  instance: Edited | null;
}

export interface OpenForm {
  /** What the form begins with; null while it is not shown. */
  data: Data | null;
  editing: Edited | null;
  /** What was begun and left, if anything. */
  draft: Data | null;
  /** Another form that is asked for while one has edits that are not saved. */
  wanted: Wanted | null;
  /** The form keeps here whether anything was edited. */
  touched: { current: boolean };
  open: (data: Data, instance?: Edited | null) => void;
  /** Opens what was wanted, and drops what was begun. */
  replace: () => void;
  keep: () => void;
  /** Shows again what was begun and left. */
  back: () => void;
  /** Shows something else; what was edited stays. */
  hide: () => void;
  /** What was edited is dropped. */
  leave: () => void;
  /** What was to change an instance is to make a new one. */
  apart: () => void;
  /** What is edited began from another version of the instance. */
  rebase: (base: string) => void;
  /** The form has done its work. */
  done: () => void;
}

export function useOpenForm(model: ViewModel<EditorTraits>): OpenForm {
  const known = useTrait(model, "draft");
  const [dropped, setDropped] = useState<Data | null>(null); // the kernel still has to hear of it
  const draft = known === dropped ? null : unfinished(known);
  const [data, setData] = useState<Data | null>(draft);
  const [editing, setEditing] = useState<Edited | null>(() => edited(model.get("editing")));
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const touched = useRef(false);
  const [starts, setStarts] = useState(0);
  const latest = useRef(starts);
  latest.current = starts;
  const tell = (action: string, payload: object = {}) => void model.request(action, payload).catch(() => undefined);
  const start = ({ data, instance }: Wanted) => {
    tell("editing", instance ?? {}); // a page that is loaded again knows it, too
    setStarts((count) => count + 1);
    setWanted(null);
    setEditing(instance);
    setData(data);
  };
  // A kernel that runs a cell answers late: what was asked for before another form was opened is not wanted any more.
  const open = (data: Data, instance: Edited | null = null) => {
    if (latest.current !== starts) return;
    if (draft === null) start({ data, instance });
    else setWanted({ data, instance });
  };
  const leave = () => {
    setDropped(model.get("draft"));
    tell("discard");
    tell("editing");
    setEditing(null);
    setData(null);
  };
  const back = () => {
    if (editing) tell("select", { instance: editing.id }); // another one may be shown by now
    setWanted(null);
    setData(draft);
  };
  return {
    data,
    editing,
    draft,
    wanted,
    touched,
    open,
    replace: () => {
      forgetForm(model.get("form"));
      if (wanted) start(wanted);
    },
    keep: () => setWanted(null),
    back,
    hide: () => (touched.current ? setData(null) : leave()),
    leave,
    apart: () => {
      tell("editing");
      setEditing(null);
    },
    rebase: (base) => {
      if (editing === null) return;
      tell("editing", { ...editing, base });
      setEditing({ ...editing, base });
    },
    done: () => setData(null),
  };
}
