// The form is sent: what it waits for meanwhile, and what Python refuses, beside the fields.
import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { ask, type Waiting } from "../state/asking";
import { forgetForm } from "../state/left";
import { useForm } from "./form";
import { message, problemsOf } from "./refusals";

export interface Sending<Action extends string> {
  /** What was sent and not answered yet. */
  busy: Action | "";
  waiting: Waiting;
  /** What Python refused for a reason that is not in a field. */
  error: string;
  /** Sends the form's data with `payload`; null where that was refused. */
  send: <Result>(action: Action, payload: object) => Promise<Result | null>;
  /** For the element with the buttons: the focus goes from there to the first field that needs attention. */
  bar: RefObject<HTMLElement>;
}

export function useSend<Action extends string>(): Sending<Action> {
  const { store, model, gone, id } = useForm();
  const [busy, setBusy] = useState<Action | "">("");
  const [waiting, setWaiting] = useState<Waiting>("");
  const [error, setError] = useState("");
  const bar = useRef<HTMLElement>(null);
  const send = async <Result>(action: Action, payload: object): Promise<Result | null> => {
    if (gone) {
      setError("This was not done: the kernel is gone. Run the cell again.");
      return null;
    }
    setBusy(action);
    setError("");
    store.sent = true;
    try {
      const result = await ask<Result>(model, action, { ...payload, data: store.data }, setWaiting);
      store.end();
      forgetForm(id);
      return result;
    } catch (reason) {
      const problems = problemsOf(reason);
      store.refuse(problems);
      setError(problems.length > 0 ? "" : message(reason));
      focusProblem(bar.current);
      return null;
    } finally {
      setBusy("");
      store.sent = false;
    }
  };
  return { busy, waiting, error, send, bar };
}

/** Brings the user to the first field that needs attention, once it is drawn as such. */
function focusProblem(bar: HTMLElement | null): void {
  setTimeout(() => bar?.closest(".csw")?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(), 50);
}
