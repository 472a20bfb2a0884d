// Where it will run, and the buttons.
import { useRef, useState } from "preact/hooks";
import type { InstanceBrief, Problem } from "../messages";
import { RequestError } from "../model";
import { sentence } from "../state/problems";
import { Segments } from "../ui/fields";
import { Button } from "../ui/parts";
import { QueueField, usualQueue } from "./ActionFields";
import { Files } from "./Files";
import { useForm } from "./form";

type Where = "kernel" | "service";

const PLACES: readonly (readonly [Where, string])[] = [
  ["kernel", "This kernel"],
  ["service", "Service on a queue"],
];
const HINTS: Record<Where, string> = {
  kernel: "Runs as long as this notebook's kernel does.",
  service: "An agent runs it, whether this notebook is open or not.",
};

interface LaunchProps {
  onDone: (instance: InstanceBrief, launched: boolean) => void;
  onCancel: () => void;
}

export function LaunchBar({ onDone, onCancel }: LaunchProps) {
  const [where, setWhere] = useState<Where>("kernel");
  const { queues } = useForm();
  const [chosen, setQueue] = useState<string | null>(null);
  const queue = chosen ?? usualQueue(queues, "services");
  const bar = useRef<HTMLElement>(null);
  const { busy, slow, error, send } = useSend(onDone, () => focusProblem(bar.current));
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
        <Button kind="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button busy={busy === "save"} disabled={busy !== ""} onClick={() => void send("save", {})}>
          Save draft
        </Button>
        <Button
          kind="primary"
          busy={busy === "launch"}
          disabled={busy !== ""}
          onClick={() => void send("launch", { where, queue })}
        >
          {busy === "launch" ? "Launching …" : "Launch"}
        </Button>
      </div>
      <Refusal error={error} />
      {slow ? (
        <p class="csw-note" role="status">
          The kernel is busy; this goes on when its running cell has ended.
        </p>
      ) : null}
    </footer>
  );
}

/** What stands in the way, where no field says it. */
function Refusal({ error }: { error: string }) {
  const form = useForm();
  const elsewhere = form.unplaced();
  const total = form.store.state.showAll ? form.store.problems.length : 0;
  if (error === "" && total === 0) return null;
  return (
    <div class="csw-banner csw-banner-error" role="alert">
      <div>
        {error ? (
          <strong>{error}</strong>
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
function focusProblem(bar: HTMLElement | null): void {
  setTimeout(() => bar?.closest(".csw")?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(), 50);
}

function useSend(onDone: LaunchProps["onDone"], onRefused: () => void) {
  const { store, model } = useForm();
  const [busy, setBusy] = useState<"" | "launch" | "save">("");
  const [slow, setSlow] = useState(false);
  const [error, setError] = useState("");
  const send = async (action: "launch" | "save", payload: object) => {
    setBusy(action);
    setError("");
    try {
      const content = { ...payload, data: store.data };
      const { instance } = await model.request<{ instance: InstanceBrief }>(action, content, {
        onSlow: () => setSlow(true),
      });
      onDone(instance, action === "launch");
    } catch (reason) {
      const problems = problemsOf(reason);
      store.refuse(problems);
      setError(problems.length > 0 ? "" : message(reason));
      onRefused();
    } finally {
      setBusy("");
      setSlow(false);
    }
  };
  return { busy, slow, error, send };
}

function problemsOf(reason: unknown): Problem[] {
  const details = reason instanceof RequestError ? reason.details : null;
  if (typeof details !== "object" || details === null || !("problems" in details)) return [];
  return Array.isArray(details.problems) ? (details.problems as Problem[]) : [];
}

const message = (reason: unknown) => (reason instanceof Error ? reason.message : String(reason));
