// Moves an instance to a service or to this kernel, and warns about this kernel's limits.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { DashboardTraits, InstanceHead } from "../messages/dashboard";
import type { Queue } from "../messages/wizard";
import { useTrait, type ViewModel } from "../model";
import { kernelWarnings, warningKey } from "../state/kernelWarnings";
import { useTimeFormat } from "../state/timeFormat";
import { SelectField } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { defaultQueue, queueOptions } from "../wizard/ActionFields";
import { CommandDialog } from "./CommandDialog";
import { ALIVE, RESUMABLE } from "./status";
import type { Commands } from "./useCommands";

interface MoveProps {
  model: ViewModel<DashboardTraits>;
  view: InstanceHead;
  commands: Commands;
}

const runsInThisKernel = ({ where, status }: InstanceHead) => where === "kernel" && ALIVE.includes(status);
const runsNowhere = ({ where, status }: InstanceHead) =>
  where !== "service" && status !== "paused" && RESUMABLE.includes(status);

interface MoveParts {
  button: ComponentChildren;
  dialog: ComponentChildren;
}

/** The button and its dialog, to be rendered in different places; null for another kernel's instance. */
export function useMoveToService(props: MoveProps): MoveParts | null {
  const [asking, setAsking] = useState(""); // the id of the instance that the dialog is for
  const { view } = props;
  if (view.where === "service" && ALIVE.includes(view.status)) {
    const button = (
      <Button onClick={() => setAsking(view.id)}>
        <Icon name="notebook" /> Move to this kernel …
      </Button>
    );
    const dialog = asking === view.id ? <MoveHereDialog {...props} onClose={() => setAsking("")} /> : null;
    return { button, dialog };
  }
  if (!runsInThisKernel(view) && !runsNowhere(view)) return null;
  const verb = runsInThisKernel(view) ? "Move to" : view.status === "draft" ? "Launch as" : "Resume as";
  const button = (
    <Button onClick={() => setAsking(view.id)}>
      <Icon name="service" /> {verb} a service …
    </Button>
  );
  const dialog = asking === view.id ? <MoveDialog {...props} verb={verb} onClose={() => setAsking("")} /> : null;
  return { button, dialog };
}

function MoveHereDialog({ commands, onClose }: MoveProps & { onClose: () => void }) {
  return (
    <CommandDialog
      title="Move to this kernel?"
      action="Move"
      kind="primary"
      command="move_here"
      payload={{}}
      {...{ commands, onClose }}
    >
      <p>
        Its agent stops it, and this kernel goes on with it for as long as it runs. It stays the same instance: its
        history is kept, and nothing is launched again.
      </p>
    </CommandDialog>
  );
}

function MoveDialog({ model, view, commands, verb, onClose }: MoveProps & { verb: string; onClose: () => void }) {
  const queues = useQueues(model);
  const [chosen, setQueue] = useState<string | null>(null);
  const queue = chosen ?? defaultQueue(queues, "services");
  const unserved = queues?.find(({ name }) => name === queue)?.watched === false;
  return (
    <CommandDialog
      title={`${verb} a service?`}
      action={verb.split(" ")[0] ?? verb}
      kind="primary"
      command="move"
      payload={{ queue }}
      {...{ commands, onClose }}
    >
      <p>
        {runsInThisKernel(view) ? "It stops in this kernel, and an agent goes on with it" : "An agent runs it"}, whether
        this notebook is open or not. It stays the same instance: its history is kept, and nothing is launched again.
        What is due before the agent has started it is caught up or left out, as each item’s “Missed runs” says.
      </p>
      <SelectField
        label="Service queue"
        value={queue}
        options={queueOptions(queues, queue)}
        warnings={unserved ? ["No agent serves this queue: it waits until one does, and launches nothing."] : []}
        onInput={setQueue}
      />
    </CommandDialog>
  );
}

function useQueues(model: ViewModel<DashboardTraits>): Queue[] | null {
  const [queues, setQueues] = useState<Queue[] | null>(null);
  useEffect(() => {
    model.request<{ queues: Queue[] }>("queues").then(
      (answer) => setQueues(answer.queues),
      () => undefined, // the connection banner explains the missing answer
    );
  }, [model]);
  return queues;
}

interface WarningsProps extends Pick<MoveProps, "model" | "view"> {
  now: number;
  /** Whether the button is under “More”. */
  inMenu: boolean;
}

/** Shown for an instance of a kernel that its host may end, or whose computer slept. */
export function KernelWarnings({ model, view, now, inMenu }: WarningsProps) {
  const surroundings = useTrait(model, "surroundings");
  const { utc } = useTimeFormat();
  const [dismissed, setDismissed] = useState("");
  const warnings = kernelWarnings(surroundings, now, utc);
  if (!runsInThisKernel(view) || warnings.length === 0 || dismissed === warningKey(surroundings)) return null;
  return (
    <div class="csw-banner csw-banner-warning csw-dangers" role="status">
      <div>
        {warnings.map((text) => (
          <p key={text}>{text}</p>
        ))}
        <p>
          Move it to a service{inMenu ? " (under “More”, above)" : ", above"}: an agent goes on with it then, and needs
          neither this kernel nor this computer.
        </p>
      </div>
      <Button kind="quiet" label="Dismiss" onClick={() => setDismissed(warningKey(surroundings))}>
        <Icon name="close" />
      </Button>
    </div>
  );
}
