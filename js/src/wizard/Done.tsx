// What came of a launch, and what happens next.
import type { ComponentChildren } from "preact";
import type { InstanceBrief } from "../messages/instances";
import type { NextRun } from "../messages/wizard";
import { relative } from "../state/format";
import { Button, TaskLink, useNow } from "../ui/parts";

export interface Outcome {
  instance: InstanceBrief;
  launched: boolean;
  /** The first runs to come, each with its item's name. */
  next: readonly (NextRun & { name: string })[];
  /** The queue that the service waits on. */
  queue: string;
  /** Whether an agent serves it; null if that is not known. */
  served: boolean | null;
  triggers: number;
}

interface DoneProps {
  outcome: Outcome;
  web: string | undefined;
  onAgain: () => void;
  onNew: () => void;
}

export function Done({ outcome, web, onAgain, onNew }: DoneProps) {
  const { instance, launched } = outcome;
  const kind = !launched ? "draft" : instance.where === "kernel" ? "kernel" : "service";
  return (
    <div class="csw-done" role="status">
      <strong>
        <TaskLink web={web} id={instance.id}>
          {instance.name}
        </TaskLink>{" "}
        {SAID[kind]}
      </strong>
      <ul class="csw-next-steps">
        {STEPS[kind](outcome)}
        {launched ? <Coming {...outcome} /> : null}
        <li>
          {launched ? "Follow" : "Find"} it in the table and log of <code>Dashboard()</code> in a new cell; in Python it
          is <code>wizard.instance</code>.
        </li>
      </ul>
      <div class="csw-row">
        <Button onClick={onAgain}>Back to the form</Button>
        <Button kind="quiet" onClick={onNew}>
          New form
        </Button>
      </div>
    </div>
  );
}

const SAID = {
  kernel: "is running in this kernel.",
  service: "was launched as a service.",
  draft: "was saved as a draft.",
};

const STEPS: Record<keyof typeof SAID, (outcome: Outcome) => ComponentChildren> = {
  kernel: () => (
    <li>
      It works in the background: run other cells as you like. It stops with the kernel; <code>resume()</code> goes on
      where it was, and a service would need no notebook.
    </li>
  ),
  service: ({ queue, served }) => (
    <li>
      {served === false ? (
        <span class="csw-wait">
          No agent serves the queue <code>{queue}</code>: it starts when one does.
        </span>
      ) : (
        <>
          An agent of the queue <code>{queue}</code> starts it in a minute or two.
        </>
      )}{" "}
      You can close this notebook.
    </li>
  ),
  draft: () => (
    <li>
      Nothing runs yet. Launch it from <code>SchedulerApp()</code>, or with <code>wizard.instance.resume()</code>.
    </li>
  ),
};

function Coming({ next: runs, triggers }: Outcome) {
  const now = useNow();
  const next = runs.find(({ at }) => at > now);
  if (next)
    return (
      <li>
        Next run: <bdi>{next.name}</bdi>, {next.local.replace(/:00$/, "")} {next.zone} ({relative(next.at, now)}).
      </li>
    );
  return triggers > 0 ? <li>It launches when one of its events happens.</li> : null;
}
