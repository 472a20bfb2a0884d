// Everything about one instance: header, timeline, tables of scheduled and executed tasks, log.
import type { ComponentChildren } from "preact";
import { EditButton, type OnEdit } from "../editing/EditButton";
import type { DashboardTraits, InstanceHead } from "../messages/dashboard";
import { useTrait, type ViewModel } from "../model";
import { DEFAULT_QUERY } from "../state/tableQuery";
import { useNow } from "../ui/parts";
import { TimeFormatSwitch } from "../ui/TimeFormatSwitch";
import { ExecutedTable, showRun } from "./ExecutedTable";
import { InstanceHeader } from "./InstanceHeader";
import { useKernelContact } from "./Liveness";
import { Log } from "./Log";
import { KernelWarnings, useMoveToService } from "./MoveToService";
import { Progress } from "./Progress";
import { RunAll } from "./RunAll";
import { ScheduledTable } from "./ScheduledTable";
import { tablesOf } from "./tables";
import { Timeline } from "./timeline/Timeline";
import { useCommands } from "./useCommands";

interface InstanceProps {
  model: ViewModel<DashboardTraits>;
  /** Receives the button that moves the instance to a service, if any, and returns it with further buttons. */
  more?: ((move: ComponentChildren) => ComponentChildren) | undefined;
  /** Opens a form that changes this instance. */
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
  return <LoadedInstance {...{ model, view, more, onEdit }} />;
}

function LoadedInstance({ model, view, more, onEdit }: InstanceProps & { view: InstanceHead }) {
  const { scheduled, executed, log } = tablesOf(model, view.id);
  const { web } = useTrait(model, "connection");
  const now = useNow();
  const vitals = useTrait(model, "vitals");
  const runs = useTrait(model, "executed_changes").total;
  const contact = useKernelContact(model);
  const commands = useCommands(model, view.id, contact.lost);
  const context = { model, view, commands, onEdit };
  const move = useMoveToService(context);
  const showRuns = (status: string, since: number | null) => {
    const period = since === null ? null : { column: "finished", start: since, end: null };
    executed.setQuery({ ...DEFAULT_QUERY, values: { status: [status] }, period });
  };
  return (
    <div class="csw-instance">
      <InstanceHeader
        view={view}
        vitals={vitals}
        contact={contact}
        web={web}
        runs={runs}
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
        onShow={showRuns}
      />
      <Progress {...{ model, commands, now }} />
      <KernelWarnings {...{ model, view, now }} inMenu={more !== undefined} />
      <Timeline key={view.id} {...{ model, view, now }} onRun={(run) => void showRun(executed, run)} />
      <ScheduledTable store={scheduled} web={web} now={now} context={context} />
      <ExecutedTable store={executed} web={web} now={now} context={context} />
      <Log store={log} failed={view.status === "failed"} web={web} now={now} />
      <TimeFormatSwitch />
    </div>
  );
}
