// An instance of this kernel, or one that runs nowhere, goes on as a service; and why one may want that.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { DashboardTraits, InstanceHead } from "../messages/dashboard";
import type { Queue } from "../messages/wizard";
import { useTrait, type ViewModel } from "../model";
import { dangerKey, dangers } from "../state/surroundings";
import { useTimes } from "../state/times";
import { SelectField } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { queueOptions, usualQueue } from "../wizard/ActionFields";
import { CommandDialog } from "./CommandDialog";
import { ALIVE, RESUMABLE } from "./status";
import type { Commands } from "./useCommands";

interface MoveProps {
  model: ViewModel<DashboardTraits>;
  view: InstanceHead;
  commands: Commands;
}

const here = ({ where, status }: InstanceHead) => where === "kernel" && ALIVE.includes(status);
const nowhere = ({ where, status }: InstanceHead) =>
  where !== "service" && status !== "paused" && RESUMABLE.includes(status);

interface Move {
  button: ComponentChildren;
  dialog: ComponentChildren;
}

/** The button and its dialog, which may be at different places; null for what is a service already, or runs elsewhere. */
export function useMove(props: MoveProps): Move | null {
  const [asking, setAsking] = useState(""); // about which instance
  const { view } = props;
  if (!here(view) && !nowhere(view)) return null;
  const verb = here(view) ? "Move to" : view.status === "draft" ? "Launch as" : "Resume as";
  const button = (
    <Button onClick={() => setAsking(view.id)}>
      <Icon name="service" /> {verb} a service …
    </Button>
  );
  const dialog = asking === view.id ? <MoveDialog {...props} verb={verb} onClose={() => setAsking("")} /> : null;
  return { button, dialog };
}

function MoveDialog({ model, view, commands, verb, onClose }: MoveProps & { verb: string; onClose: () => void }) {
  const queues = useQueues(model);
  const [chosen, setQueue] = useState<string | null>(null);
  const queue = chosen ?? usualQueue(queues, "services");
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
        {here(view) ? "It stops in this kernel, and an agent goes on with it" : "An agent runs it"}, whether this
        notebook is open or not. It stays the same instance: its history is kept, and nothing is launched again. What is
        due before the agent has started it is caught up or left out, as each item’s “Missed runs” says.
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
      () => undefined, // the banner says why there is no answer
    );
  }, [model]);
  return queues;
}

interface DangersProps extends Pick<MoveProps, "model" | "view"> {
  now: number;
  /** The button is under “More”. */
  inMenu: boolean;
}

/** For an instance of a kernel that a host may end, or of a computer that slept. */
export function KernelDangers({ model, view, now, inMenu }: DangersProps) {
  const surroundings = useTrait(model, "surroundings");
  const { utc } = useTimes();
  const [read, setRead] = useState("");
  const found = dangers(surroundings, now, utc);
  if (!here(view) || found.length === 0 || read === dangerKey(surroundings)) return null;
  return (
    <div class="csw-banner csw-banner-warning csw-dangers" role="status">
      <div>
        {found.map((text) => (
          <p key={text}>{text}</p>
        ))}
        <p>
          Move it to a service{inMenu ? " (under “More”, above)" : ", above"}: an agent goes on with it then, and needs
          neither this kernel nor this computer.
        </p>
      </div>
      <Button kind="quiet" label="Dismiss" onClick={() => setRead(dangerKey(surroundings))}>
        <Icon name="close" />
      </Button>
    </div>
  );
}
