// The footer of the form for a new instance: where it runs, and the buttons.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { InstanceBrief } from "../messages/instances";
import type { Surroundings } from "../messages/shared";
import { serverNow } from "../state/clock";
import { kernelWarnings } from "../state/kernelWarnings";
import { useTimeFormat } from "../state/timeFormat";
import { upcomingRuns } from "../state/upcoming";
import { Confirm } from "../ui/Dialog";
import { Segments } from "../ui/fields";
import { Button } from "../ui/parts";
import { defaultQueue, QueueField } from "./ActionFields";
import { type Form, useForm } from "./form";
import { ImportExport } from "./ImportExport";
import type { LaunchOutcome } from "./LaunchResult";
import { SubmitStatus } from "./SubmitStatus";
import { itemTitles } from "./titles";
import { useSubmit } from "./useSubmit";

type Where = "kernel" | "service";
type SubmitAction = "launch" | "save";

const PLACES: readonly (readonly [Where, string])[] = [
  ["kernel", "This kernel"],
  ["service", "Service on a queue"],
];
const HINTS: Record<Where, ComponentChildren> = {
  kernel: (
    <>
      It ends with this kernel, and stands still while the computer sleeps; this page may be closed. After a restart of
      the kernel <code>resume()</code> goes on with it.
    </>
  ),
  service: "An agent runs it, whether this notebook is open or not.",
};
const BUSY = { launch: "Launching …", save: "Saving …" };
const CELL_TEXT = "Waiting for the running cell …";
const WORK_TEXT = "The server checks tasks and queues and makes the instance.";

interface LaunchProps {
  onDone: (launchOutcome: LaunchOutcome) => void;
  onCancel: () => void;
  /** Whether cancelling closes the form and drops its edits. */
  closes: boolean;
  surroundings: Surroundings;
}

export function LaunchBar({ onDone, onCancel, closes, surroundings }: LaunchProps) {
  const form = useForm();
  const { utc } = useTimeFormat();
  const [where, setWhere] = useState<Where>("kernel");
  const [chosen, setQueue] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const queue = chosen ?? defaultQueue(form.queues, "services");
  const { busy, waiting, error, send, bar } = useSubmit<SubmitAction>();
  const submit = async (action: SubmitAction, payload: object) => {
    const made = await send<{ instance: InstanceBrief }>(action, payload);
    if (made !== null) onDone(launchOutcome(form, made.instance, action === "launch", queue));
  };
  const buttonText = (which: SubmitAction, idle: string) =>
    busy !== which ? idle : waiting === "cell" ? CELL_TEXT : BUSY[which];
  return (
    <footer class="csw-launch" ref={bar}>
      <div class="csw-launch-where">
        <Segments
          legend="Run in"
          options={PLACES}
          value={where}
          onInput={setWhere}
          hint={HINTS[where]}
          warnings={where === "kernel" ? kernelWarnings(surroundings, serverNow(), utc) : []}
        />
        {where === "service" ? (
          <QueueField label="Service queue" queue={queue} path="service queue" onChange={setQueue} />
        ) : null}
      </div>
      <div class="csw-row csw-launch-buttons">
        <ImportExport />
        <Button
          kind="quiet"
          disabled={busy !== ""}
          onClick={() => (closes && form.store.state.edited ? setAsking(true) : onCancel())}
        >
          Cancel
        </Button>
        <Button busy={busy === "save"} disabled={busy !== ""} onClick={() => void submit("save", {})}>
          {buttonText("save", "Save draft")}
        </Button>
        <Button
          kind="primary"
          busy={busy === "launch"}
          disabled={busy !== ""}
          onClick={() => void submit("launch", { where, queue })}
        >
          {buttonText("launch", "Launch")}
        </Button>
      </div>
      <SubmitStatus waiting={waiting} error={error} work={WORK_TEXT} />
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

function launchOutcome(form: Form, instance: InstanceBrief, launched: boolean, queue: string): LaunchOutcome {
  const { draft, queues, store } = form;
  const next = upcomingRuns(store.state.review?.items ?? {}, serverNow());
  const names = new Map(itemTitles(draft).map(({ id, title }) => [id, title]));
  return {
    instance,
    launched,
    queue,
    served: queues?.find((each) => each.name === queue)?.watched ?? null,
    next: next.map((run) => ({ ...run, name: names.get(run.item) ?? "" })),
    triggers: draft.triggers.length,
  };
}
