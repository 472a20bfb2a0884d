// Sends the commands of an instance to the kernel, and keeps their phases and errors.
import { useState } from "preact/hooks";
import type { Action } from "../messages/shared";
import type { ViewModel } from "../model";

const SLOW_AFTER_MS = 700;
const LONG_AFTER_MS = 800;

/** `waiting`: the kernel runs a cell and has not seen the command. `working`: the kernel carries it out. */
export type Phase = "" | "sent" | "waiting" | "working";

export interface Commands {
  error: string;
  /** What the kernel said when the last command was done, such as that it is kept; usually nothing. */
  said: string;
  /** The commands that the kernel has been working on for longer than `LONG_AFTER_MS`. */
  longRunning: readonly Action[];
  /** The phase of an action on an item or a run; empty if it is not under way. */
  phase: (action: Action, about?: string) => Phase;
  /**
   * Sends an action. Resolves to false if it was refused or is already under way, so that a second click does nothing.
   */
  run: (action: Action, payload?: object, about?: string) => Promise<boolean>;
}

const KERNEL_GONE = "This was not done: the kernel is gone. Run the cell again.";

/**
 * Phases and errors are kept per instance, because another instance may be shown before a command is done. With
 * `kernelGone` no command is sent.
 */
export function useCommands(model: Pick<ViewModel, "request">, instance: string, kernelGone: boolean): Commands {
  const [phases, setPhases] = useState<Record<string, Phase>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [sayings, setSayings] = useState<Record<string, string>>({});
  const [working, setWorking] = useState<readonly { instance: string; action: Action }[]>([]);
  const setPhase = (key: string, phase: Phase) => setPhases((old) => ({ ...old, [key]: phase }));
  const setError = (error: string) => setErrors((old) => ({ ...old, [instance]: error }));
  const setSaid = (said: string) => setSayings((old) => ({ ...old, [instance]: said }));
  const keyOf = (action: Action, about: string) => `${instance}/${action}${about}`;
  const phase = (action: Action, about = ""): Phase => phases[keyOf(action, about)] ?? "";
  const run = async (action: Action, payload: object = {}, about = "") => {
    const key = keyOf(action, about);
    if (phase(action, about) !== "") return false;
    if (kernelGone) {
      setError(KERNEL_GONE);
      return false;
    }
    setPhase(key, "sent");
    setError("");
    setSaid("");
    let accepted = false;
    const work = { instance, action };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onAccepted = () => {
      accepted = true;
      timer = setTimeout(() => setWorking((old) => [...old, work]), LONG_AFTER_MS);
      setPhase(key, "working");
    };
    const onSlow = () => accepted || setPhase(key, "waiting");
    try {
      const options = { onAccepted, onSlow, slowAfterMs: SLOW_AFTER_MS };
      const { said = "" } = await model.request<{ said?: string }>(action, { instance, ...payload }, options);
      setSaid(said);
      return true;
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
      return false;
    } finally {
      clearTimeout(timer);
      setWorking((old) => old.filter((each) => each !== work));
      setPhase(key, "");
    }
  };
  const longRunning = [...new Set(working.filter((each) => each.instance === instance).map((each) => each.action))];
  return { error: errors[instance] ?? "", said: sayings[instance] ?? "", longRunning, phase, run };
}
