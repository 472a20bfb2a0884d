// Everything about one instance: head, scheduled and executed tasks, log.
import type { ComponentChildren } from "preact";
import type { DashboardTraits, InstanceHead } from "../messages";
import { useTrait, type ViewModel } from "../model";
import { zone } from "../state/format";
import { useNow } from "../ui/parts";
import { ExecutedTable } from "./ExecutedTable";
import { Head } from "./Head";
import { Log } from "./Log";
import { ScheduledTable } from "./ScheduledTable";
import { Timeline } from "./timeline/Timeline";
import { useCommands } from "./useCommands";

interface InstanceProps {
  model: ViewModel<DashboardTraits>;
  /** More buttons, beside those that every instance has. */
  more?: ComponentChildren;
}

export function InstanceView({ model, more }: InstanceProps) {
  const view = useTrait(model, "view");
  if (!("id" in view)) {
    return view.problem ? (
      <div class="csw-banner csw-banner-error" role="alert">
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
  return <Loaded model={model} view={view} more={more} />;
}

function Loaded({ model, view, more }: InstanceProps & { view: InstanceHead }) {
  const scheduled = useTrait(model, "scheduled_rows");
  const executed = useTrait(model, "executed_rows");
  const log = useTrait(model, "log_lines");
  const { web } = useTrait(model, "connection");
  const now = useNow();
  const commands = useCommands(model);
  const context = { model, view, commands };
  return (
    <div class="csw-instance">
      <Head view={view} web={web} now={now} commands={commands} more={more} />
      <Timeline key={view.id} model={model} web={web} now={now} />
      <ScheduledTable rows={scheduled} total={view.items} web={web} now={now} context={context} />
      <ExecutedTable rows={executed} total={view.runs} web={web} now={now} context={context} />
      <Log lines={log} now={now} />
      <p class="csw-foot csw-muted">
        Times are in {zone()}
        {zone() === "UTC" ? "." : "; point at one to see it in UTC."}
      </p>
    </div>
  );
}
