// Where it will run, and the buttons.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { InstanceBrief } from "../messages/instances";
import type { Surroundings } from "../messages/shared";
import { dangers } from "../state/surroundings";
import { useTimes } from "../state/times";
import { upcoming } from "../state/upcoming";
import { Confirm } from "../ui/Dialog";
import { Segments } from "../ui/fields";
import { Button } from "../ui/parts";
import { QueueField, usualQueue } from "./ActionFields";
import type { Outcome } from "./Done";
import { Files } from "./Files";
import { type Form, useForm } from "./form";
import { SendState } from "./SendState";
import { titled } from "./titles";
import { useSend } from "./useSend";

type Where = "kernel" | "service";
type Sent = "launch" | "save";

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
const CELL = "Waiting for the running cell …";
const WORK = "The server checks tasks and queues and makes the instance.";

interface LaunchProps {
  onDone: (outcome: Outcome) => void;
  onCancel: () => void;
  /** Whether cancelling leaves the form, so that what was edited is gone. */
  leaves: boolean;
  surroundings: Surroundings;
}

export function LaunchBar({ onDone, onCancel, leaves, surroundings }: LaunchProps) {
  const form = useForm();
  const { utc } = useTimes();
  const [where, setWhere] = useState<Where>("kernel");
  const [chosen, setQueue] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const queue = chosen ?? usualQueue(form.queues, "services");
  const { busy, waiting, error, send, bar } = useSend<Sent>();
  const make = async (action: Sent, payload: object) => {
    const made = await send<{ instance: InstanceBrief }>(action, payload);
    if (made !== null) onDone(outcome(form, made.instance, action === "launch", queue));
  };
  const said = (which: Sent, idle: string) => (busy !== which ? idle : waiting === "cell" ? CELL : BUSY[which]);
  return (
    <footer class="csw-launch" ref={bar}>
      <div class="csw-launch-where">
        <Segments
          legend="Run in"
          options={PLACES}
          value={where}
          onInput={setWhere}
          hint={HINTS[where]}
          warnings={where === "kernel" ? dangers(surroundings, Date.now(), utc) : []}
        />
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
        <Button busy={busy === "save"} disabled={busy !== ""} onClick={() => void make("save", {})}>
          {said("save", "Save draft")}
        </Button>
        <Button
          kind="primary"
          busy={busy === "launch"}
          disabled={busy !== ""}
          onClick={() => void make("launch", { where, queue })}
        >
          {said("launch", "Launch")}
        </Button>
      </div>
      <SendState waiting={waiting} error={error} work={WORK} />
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

function outcome(form: Form, instance: InstanceBrief, launched: boolean, queue: string): Outcome {
  const { draft, queues, store } = form;
  const next = upcoming(store.state.review?.items ?? {}, Date.now());
  const names = new Map(titled(draft).map(({ id, title }) => [id, title]));
  return {
    instance,
    launched,
    queue,
    served: queues?.find((each) => each.name === queue)?.watched ?? null,
    next: next.map((run) => ({ ...run, name: names.get(run.item) ?? "" })),
    triggers: draft.triggers.length,
  };
}
