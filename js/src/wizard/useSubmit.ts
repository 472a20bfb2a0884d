// Submits the form, and keeps what the request waits for and why it was refused.
import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { requestWithStatus, type WaitingFor } from "../state/slowRequest";
import { deleteUnsavedForm } from "../state/unsavedForms";
import { useForm } from "./form";
import { errorMessage, problemsOf } from "./refusals";

export interface Submission<Action extends string> {
  /** The action that is under way; empty if none is. */
  busy: Action | "";
  waiting: WaitingFor;
  /** Why Python refused the form, if no field has a problem. */
  error: string;
  /** Sends the form's data with `payload`; resolves to null if it was refused. */
  send: <Result>(action: Action, payload: object) => Promise<Result | null>;
  /** A ref for the element with the buttons, from which the first invalid field is found. */
  bar: RefObject<HTMLElement>;
}

export function useSubmit<Action extends string>(): Submission<Action> {
  const { store, model, kernelGone: gone, id } = useForm();
  const [busy, setBusy] = useState<Action | "">("");
  const [waiting, setWaiting] = useState<WaitingFor>("");
  const [error, setError] = useState("");
  const bar = useRef<HTMLElement>(null);
  const send = async <Result>(action: Action, payload: object): Promise<Result | null> => {
    if (gone) {
      setError("This was not done: the kernel is gone. Run the cell again.");
      return null;
    }
    setBusy(action);
    setError("");
    store.submitting = true;
    try {
      const result = await requestWithStatus<Result>(model, action, { ...payload, data: store.data }, setWaiting);
      store.finish();
      deleteUnsavedForm(id);
      return result;
    } catch (reason) {
      const problems = problemsOf(reason);
      store.showRefusal(problems);
      setError(problems.length > 0 ? "" : errorMessage(reason));
      focusProblem(bar.current);
      return null;
    } finally {
      setBusy("");
      store.submitting = false;
    }
  };
  return { busy, waiting, error, send, bar };
}

/** Moves the focus to the first invalid field once it is rendered as such. */
function focusProblem(bar: HTMLElement | null): void {
  setTimeout(() => bar?.closest(".csw")?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(), 50);
}
