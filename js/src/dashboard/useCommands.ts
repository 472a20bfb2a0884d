import { useState } from "preact/hooks";
import type { Action } from "../messages/shared";
import type { ViewModel } from "../model";

const WAITS_AFTER_MS = 700;
const LONG_AFTER_MS = 800;

/** Of an action: sent a moment ago; waiting for the kernel, which runs a cell; being carried out. */
export type Phase = "" | "sent" | "waiting" | "working";

export interface Commands {
  error: string;
  /** What the kernel has been working on for longer than a moment. */
  long: readonly Action[];
  /** How far an action is, by what it is about; empty if it is not under way. */
  phase: (action: Action, about?: string) => Phase;
  /** False if it was refused, or is under way already: a second press does not do it twice. */
  run: (action: Action, payload?: object, about?: string) => Promise<boolean>;
}

const GONE = "This was not done: the kernel is gone. Run the cell again.";

/**
 * Sends the buttons' actions for an instance, and keeps how far each is and why the last one was refused: of each
 * instance apart, as another one may be shown before the kernel has done it. `gone`: nobody hears them.
 */
export function useCommands(model: Pick<ViewModel, "request">, instance: string, gone: boolean): Commands {
  const [phases, setPhases] = useState<Record<string, Phase>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [working, setWorking] = useState<readonly { instance: string; action: Action }[]>([]);
  const set = (key: string, phase: Phase) => setPhases((old) => ({ ...old, [key]: phase }));
  const setError = (error: string) => setErrors((old) => ({ ...old, [instance]: error }));
  const keyOf = (action: Action, about: string) => `${instance}/${action}${about}`;
  const phase = (action: Action, about = ""): Phase => phases[keyOf(action, about)] ?? "";
  const run = async (action: Action, payload: object = {}, about = "") => {
    const key = keyOf(action, about);
    if (phase(action, about) !== "") return false;
    if (gone) {
      setError(GONE);
      return false;
    }
    set(key, "sent");
    setError("");
    let accepted = false;
    const work = { instance, action };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onAccepted = () => {
      accepted = true;
      timer = setTimeout(() => setWorking((old) => [...old, work]), LONG_AFTER_MS);
      set(key, "working");
    };
    const onSlow = () => accepted || set(key, "waiting");
    try {
      await model.request(action, { instance, ...payload }, { onAccepted, onSlow, slowAfterMs: WAITS_AFTER_MS });
      return true;
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
      return false;
    } finally {
      clearTimeout(timer);
      setWorking((old) => old.filter((each) => each !== work));
      set(key, "");
    }
  };
  const long = [...new Set(working.filter((each) => each.instance === instance).map((each) => each.action))];
  return { error: errors[instance] ?? "", long, phase, run };
}
