// The next ten runs of all schedules or of one, in the chosen time zone.
import { useState } from "preact/hooks";
import { relativeTime } from "../state/format";
import { groupByDay, isComplete, NEXT_RUNS_LATER, type UpcomingRun, upcomingRuns } from "../state/upcoming";
import { wallClock } from "../state/zones";
import { SelectField } from "../ui/fields";
import { Group } from "../ui/Group";
import { useNow } from "../ui/parts";
import { useForm } from "./form";
import { itemTitles } from "./titles";
import type { OutlookView } from "./useOutlook";

export function NextRuns({ outlook }: { outlook: OutlookView }) {
  const { store, draft } = useForm();
  const now = useNow();
  const [chosen, setChosen] = useState("");
  const items = itemTitles(draft).filter((item) => item.kind === "schedules");
  const only = items.find((item) => item.id === chosen) ?? null;
  const reviewed = store.state.review?.items ?? {};
  const runs = upcomingRuns(reviewed, now, only?.id ?? null);
  const complete = isComplete(reviewed, only?.id);
  const names = new Map(items.map((item) => [item.id, item.title]));
  return (
    <Group class="csw-preview-part" label="When">
      <h3>Next runs</h3>
      <div class="csw-preview-choices">
        {items.length > 1 ? (
          <SelectField
            label="Runs of"
            value={only?.id ?? ""}
            options={[["", "All schedules"], ...items.map((item) => [item.id, item.title] as const)]}
            onInput={setChosen}
          />
        ) : null}
        <SelectField
          label="Times in"
          value={outlook.zone}
          options={outlook.zones.map((zone) => [zone, zone] as const)}
          onInput={outlook.setZone}
        />
      </div>
      {runs.length > 0 ? (
        <RunTable runs={runs} names={names} zone={outlook.zone} now={now} complete={complete} />
      ) : (
        <p class="csw-muted">{complete ? noRunsText(reviewed, items) : NEXT_RUNS_LATER}</p>
      )}
    </Group>
  );
}

/** Why there is no run to show. */
function noRunsText(reviewed: Record<string, unknown>, items: readonly { id: string; enabled: boolean }[]): string {
  if (items.every((item) => !item.enabled)) return "All schedules are disabled.";
  return items.some((item) => item.id in reviewed)
    ? "No run is to come: the times lie in the past, or never come."
    : "Say when a schedule runs to see its runs here.";
}

interface TableProps {
  runs: readonly UpcomingRun[];
  names: ReadonlyMap<string, string>;
  zone: string;
  now: number;
  /** Whether no further run follows. */
  complete: boolean;
}

function RunTable({ runs, names, zone, now, complete }: TableProps) {
  return (
    <>
      <table class="csw-table csw-next">
        <caption class="csw-hidden">Next runs</caption>
        <thead>
          <tr>
            <th scope="col">When</th>
            {names.size > 1 ? <th scope="col">Item</th> : null}
            <th scope="col" class="csw-number">
              In
            </th>
          </tr>
        </thead>
        {groupByDay(runs, zone).map(({ day, runs: those }) => (
          <tbody key={day}>
            {day ? (
              <tr>
                <th scope="rowgroup" colSpan={names.size > 1 ? 3 : 2}>
                  {day}
                </th>
              </tr>
            ) : null}
            {those.map((run) => (
              <tr key={`${run.item} ${run.at}`}>
                <td title={`${run.local} ${run.zone}`}>
                  <b>{wallClock(run.at, zone)?.time ?? run.local}</b>
                </td>
                {names.size > 1 ? <td title={names.get(run.item)}>{names.get(run.item)}</td> : null}
                <td class="csw-number csw-muted csw-nowrap">{relativeTime(run.at, now).replace(/^in /, "")}</td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
      {complete ? <p class="csw-note">No run after that.</p> : null}
    </>
  );
}
