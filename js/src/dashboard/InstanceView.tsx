// Everything about one instance: head, scheduled and executed tasks, log.
import type { ComponentChildren } from "preact";
import { EditButton, type OnEdit } from "../editing/EditButton";
import type { DashboardTraits, InstanceHead } from "../messages/dashboard";
import { useTrait, type ViewModel } from "../model";
import { EVERYTHING } from "../state/tableQuery";
import { useNow } from "../ui/parts";
import { TimesSwitch } from "../ui/TimesSwitch";
import { ExecutedTable, seekRun } from "./ExecutedTable";
import { Head } from "./Head";
import { useHeard } from "./Liveness";
import { Log } from "./Log";
import { KernelDangers, useMove } from "./MoveToService";
import { Progress } from "./Progress";
import { RunAll } from "./RunAll";
import { ScheduledTable } from "./ScheduledTable";
import { tablesOf } from "./tables";
import { Timeline } from "./timeline/Timeline";
import { useCommands } from "./useCommands";

interface InstanceProps {
  model: ViewModel<DashboardTraits>;
  /** Takes in the button that moves it to a service, if there is one, and returns it with more of them. */
  more?: ((move: ComponentChildren) => ComponentChildren) | undefined;
  /** A form is to be opened that changes this instance. */
  onEdit: OnEdit;
}

export function InstanceView({ model, more, onEdit }: InstanceProps) {
  const view = useTrait(model, "view");
  if (!("id" in view)) {
    return view.problem ? (
      <div class="csw-banner" role="alert">
        <div>
          <strong>This instance cannot be shown</strong>
          <p>{view.problem}</p>
        </div>
      </div>
    ) : (
      <p class="csw-loading" role="status">
        Reading the instance …
      </p>
    );
  }
  return <Loaded {...{ model, view, more, onEdit }} />;
}

function Loaded({ model, view, more, onEdit }: InstanceProps & { view: InstanceHead }) {
  const { scheduled, executed, log } = tablesOf(model, view.id);
  const { web } = useTrait(model, "connection");
  const now = useNow();
  const vitals = useTrait(model, "vitals");
  const heard = useHeard(model);
  const commands = useCommands(model, view.id, heard.cut);
  const context = { model, view, commands, onEdit };
  const move = useMove(context);
  const show = (status: string, since: number | null) => {
    const period = since === null ? null : { column: "finished", start: since, end: null };
    executed.ask({ ...EVERYTHING, values: { status: [status] }, period });
  };
  return (
    <div class="csw-instance">
      <Head
        view={view}
        vitals={vitals}
        heard={heard}
        web={web}
        now={now}
        commands={commands}
        more={
          <>
            <RunAll key={view.id} {...{ view, commands }} />
            <EditButton {...{ model, view, onEdit }} />
            {more ? more(move?.button) : move?.button}
            {move?.dialog}
          </>
        }
        inMenu={more !== undefined}
        onShow={show}
      />
      <Progress {...{ model, commands, now }} />
      <KernelDangers {...{ model, view, now }} inMenu={more !== undefined} />
      <Timeline key={view.id} {...{ model, view, now }} onRun={(run) => void seekRun(executed, run)} />
      <ScheduledTable store={scheduled} web={web} now={now} context={context} />
      <ExecutedTable store={executed} web={web} now={now} context={context} />
      <Log store={log} web={web} now={now} />
      <TimesSwitch />
    </div>
  );
}
