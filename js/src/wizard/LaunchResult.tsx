// Shows the result of a launch or save, and the next steps.
import type { ComponentChildren } from "preact";
import type { InstanceBrief } from "../messages/instances";
import type { NextRun } from "../messages/wizard";
import { relativeTime } from "../state/format";
import { Button, TaskLink, useNow } from "../ui/parts";

export interface LaunchOutcome {
  instance: InstanceBrief;
  launched: boolean;
  /** The next runs, each with its item's name. */
  next: readonly (NextRun & { name: string })[];
  /** The queue on which the service waits. */
  queue: string;
  /** Whether an agent serves the queue; null if unknown. */
  served: boolean | null;
  triggers: number;
}

interface ResultProps {
  outcome: LaunchOutcome;
  web: string | undefined;
  onBack: () => void;
  onNew: () => void;
}

export function LaunchResult({ outcome, web, onBack, onNew }: ResultProps) {
  const { instance, launched } = outcome;
  const kind = !launched ? "draft" : instance.where === "kernel" ? "kernel" : "service";
  return (
    <div class="csw-done" role="status">
      <strong>
        <TaskLink web={web} id={instance.id}>
          {instance.name}
        </TaskLink>{" "}
        {HEADLINES[kind]}
      </strong>
      <ul class="csw-next-steps">
        {STEPS[kind](outcome)}
        {launched ? <NextLaunch {...outcome} /> : null}
        <li>
          {launched ? "Follow" : "Find"} it in the table and log of <code>Dashboard()</code> in a new cell; in Python it
          is <code>wizard.instance</code>.
        </li>
      </ul>
      <div class="csw-row">
        <Button onClick={onBack}>Back to the form</Button>
        <Button kind="quiet" onClick={onNew}>
          New form
        </Button>
      </div>
    </div>
  );
}

const HEADLINES = {
  kernel: "is running in this kernel.",
  service: "was launched as a service.",
  draft: "was saved as a draft.",
};

const STEPS: Record<keyof typeof HEADLINES, (outcome: LaunchOutcome) => ComponentChildren> = {
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

function NextLaunch({ next: runs, triggers }: LaunchOutcome) {
  const now = useNow();
  const next = runs.find(({ at }) => at > now);
  if (next)
    return (
      <li>
        Next run: <bdi>{next.name}</bdi>, {next.local.replace(/:00$/, "")} {next.zone} ({relativeTime(next.at, now)}).
      </li>
    );
  return triggers > 0 ? <li>It launches when one of its events happens.</li> : null;
}
