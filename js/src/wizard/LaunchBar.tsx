// Where it will run, and the buttons.
import { useRef, useState } from "preact/hooks";
import type { InstanceBrief } from "../messages/instances";
import { ask, type Waiting } from "../state/asking";
import { sentence } from "../state/problems";
import { upcoming } from "../state/upcoming";
import { withCode } from "../ui/Connection";
import { Confirm } from "../ui/Dialog";
import { Segments } from "../ui/fields";
import { Button } from "../ui/parts";
import { QueueField, usualQueue } from "./ActionFields";
import type { Outcome } from "./Done";
import { Files } from "./Files";
import { type Form, useForm } from "./form";
import { message, problemsOf } from "./refusals";

type Where = "kernel" | "service";
type Sent = "" | "launch" | "save";

const PLACES: readonly (readonly [Where, string])[] = [
  ["kernel", "This kernel"],
  ["service", "Service on a queue"],
];
const HINTS: Record<Where, string> = {
  kernel: "Runs as long as this notebook's kernel does.",
  service: "An agent runs it, whether this notebook is open or not.",
};
const BUSY = { launch: "Launching …", save: "Saving …" };
const CELL = "Waiting for the running cell …";

interface LaunchProps {
  onDone: (outcome: Outcome) => void;
  onCancel: () => void;
  /** Whether cancelling leaves the form, so that what was edited is gone. */
  leaves: boolean;
}

export function LaunchBar({ onDone, onCancel, leaves }: LaunchProps) {
  const form = useForm();
  const [where, setWhere] = useState<Where>("kernel");
  const [chosen, setQueue] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const queue = chosen ?? usualQueue(form.queues, "services");
  const bar = useRef<HTMLElement>(null);
  const done = (instance: InstanceBrief, launched: boolean) => onDone(outcome(form, instance, launched, queue));
  const { busy, waiting, error, send } = useSend(done, () => focusProblem(bar.current));
  const said = (which: "launch" | "save", idle: string) =>
    busy !== which ? idle : waiting === "cell" ? CELL : BUSY[which];
  return (
    <footer class="csw-launch" ref={bar}>
      <div class="csw-launch-where">
        <Segments legend="Run in" options={PLACES} value={where} onInput={setWhere} hint={HINTS[where]} />
        {where === "service" ? (
          <QueueField label="Service queue" queue={queue} path="service queue" onChange={setQueue} />
        ) : null}
      </div>
      <div class="csw-row csw-launch-buttons">
        <Files />
        <Button
          kind="quiet"
          disabled={busy !== ""}
          onClick={() => (leaves && form.store.state.edited ? setAsking(true) : onCancel())}
        >
          Cancel
        </Button>
        <Button busy={busy === "save"} disabled={busy !== ""} onClick={() => void send("save", {})}>
          {said("save", "Save draft")}
        </Button>
        <Button
          kind="primary"
          busy={busy === "launch"}
          disabled={busy !== ""}
          onClick={() => void send("launch", { where, queue })}
        >
          {said("launch", "Launch")}
        </Button>
      </div>
      <Refusal error={error} />
      {waiting ? (
        <p class="csw-note" role="status">
          {WAITING[waiting]}
        </p>
      ) : null}
      {asking ? (
        <Confirm
          title="Discard what you have entered?"
          action="Discard"
          cancel="Keep editing"
          onConfirm={onCancel}
          onClose={() => setAsking(false)}
        >
          It was not saved or launched. “Save draft” keeps it as an instance that does not run.
        </Confirm>
      ) : null}
    </footer>
  );
}

export const WAITING: Record<Exclude<Waiting, "">, string> = {
  cell: "This kernel runs a cell. It takes this up when the cell has ended; nothing has to be pressed again.",
  server: "The server checks tasks and queues and makes the instance.",
};

function outcome(form: Form, instance: InstanceBrief, launched: boolean, queue: string): Outcome {
  const { draft, queues, store } = form;
  const [next] = upcoming(store.state.review?.items ?? {}, Date.now());
  const index = draft.schedules.findIndex(({ id }) => id === next?.item);
  const name = draft.schedules[index]?.name || `Schedule ${index + 1}`;
  return {
    instance,
    launched,
    queue,
    served: queues?.find((each) => each.name === queue)?.watched ?? null,
    next: next ? { ...next, name } : null,
    triggers: draft.triggers.length,
  };
}

/** What stands in the way, where no field says it. */
export function Refusal({ error }: { error: string }) {
  const form = useForm();
  const elsewhere = form.unplaced();
  const total = form.store.state.showAll ? form.store.problems.length : 0;
  if (error === "" && total === 0) return null;
  return (
    <div class="csw-banner csw-banner-error" role="alert">
      <div>
        {error ? (
          <strong>{withCode(sentence(error))}</strong>
        ) : (
          <strong>{total === 1 ? "One field needs" : `${total} fields need`} your attention.</strong>
        )}
        {elsewhere.length > 0 ? (
          <ul>
            {elsewhere.map(({ path, message }) => (
              <li key={path + message}>
                <code>{path}</code> {sentence(message)}
              </li>
            ))}
          </ul>
        ) : null}
      </div>
    </div>
  );
}

/** Brings the user to the first field that needs attention, once it is drawn as such. */
export function focusProblem(bar: HTMLElement | null): void {
  setTimeout(() => bar?.closest(".csw")?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(), 50);
}

function useSend(onDone: (instance: InstanceBrief, launched: boolean) => void, onRefused: () => void) {
  const { store, model } = useForm();
  const [busy, setBusy] = useState<Sent>("");
  const [waiting, setWaiting] = useState<Waiting>("");
  const [error, setError] = useState("");
  const send = async (action: "launch" | "save", payload: object) => {
    setBusy(action);
    setError("");
    try {
      const content = { ...payload, data: store.data };
      const { instance } = await ask<{ instance: InstanceBrief }>(model, action, content, setWaiting);
      onDone(instance, action === "launch");
    } catch (reason) {
      const problems = problemsOf(reason);
      store.refuse(problems);
      setError(problems.length > 0 ? "" : message(reason));
      onRefused();
    } finally {
      setBusy("");
    }
  };
  return { busy, waiting, error, send };
}
