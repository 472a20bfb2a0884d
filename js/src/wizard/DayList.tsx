// The list of the runs of one day.
import type { DayCount } from "../messages/wizard";
import { countWords, dateName } from "../state/calendar";
import { wallClock } from "../state/zones";
import { Group } from "../ui/Group";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { useForm } from "./form";
import { itemTitles } from "./titles";
import type { OutlookView } from "./useOutlook";

interface DayListProps {
  outlook: OutlookView;
  day: string;
  count: DayCount | undefined;
}

export function DayList({ outlook, day, count }: DayListProps) {
  const { draft } = useForm();
  const names = new Map(itemTitles(draft).map((item) => [item.id, item.title]));
  const { runs } = outlook;
  return (
    <Group class="csw-day-list" label={`Runs of ${dateName(day)}`}>
      <div class="csw-calendar-head">
        <strong>{dateName(day)}</strong>
        <span class="csw-muted">{countWords(count?.count ?? 0, count?.more ?? false)}</span>
        <Button kind="quiet" label="Close the day" onClick={() => outlook.setDay(null)}>
          <Icon name="close" />
        </Button>
      </div>
      <ul>
        {(runs?.runs ?? []).map((run) => (
          <li key={`${run.item} ${run.at}`}>
            <b>{wallClock(run.at, outlook.zone)?.time}</b> <bdi>{names.get(run.item) ?? ""}</bdi>
          </li>
        ))}
      </ul>
      {runs?.more ? <p class="csw-note">These are the first {runs.runs.length} of the day.</p> : null}
    </Group>
  );
}
