import { useState } from "preact/hooks";
import type { Action } from "../messages";
import type { ViewModel } from "../model";

export interface Commands {
  /** The action that is under way, with what it is about; empty if none is. */
  busy: string;
  error: string;
  slow: boolean;
  run: (action: Action, payload?: object, about?: string) => Promise<boolean>;
}

/** Sends the buttons' actions one at a time and keeps what became of the last one. */
export function useCommands(model: Pick<ViewModel, "request">): Commands {
  const [busy, setBusy] = useState("");
  const [error, setError] = useState("");
  const [slow, setSlow] = useState(false);
  const run = async (action: Action, payload: object = {}, about = "") => {
    setBusy(action + about);
    setError("");
    try {
      await model.request(action, payload, { onSlow: () => setSlow(true) });
      return true;
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
      return false;
    } finally {
      setBusy("");
      setSlow(false);
    }
  };
  return { busy, error, slow, run };
}
