// Schedules that are due in the same minute on one queue.
import type { Clash } from "../messages/wizard";
import { wallClockText } from "../state/zones";
import { Group } from "../ui/Group";
import { useForm } from "./form";
import { itemTitles } from "./titles";
import type { OutlookView } from "./useOutlook";

export function Clashes({ outlook }: { outlook: OutlookView }) {
  const { draft } = useForm();
  const found = outlook.outlook;
  if (found === null || draft.schedules.length < 2) return null;
  const names = new Map(itemTitles(draft).map((item) => [item.id, item.title]));
  const until = wallClockText(Math.floor(found.until / 60_000) * 60_000, outlook.zone); // rounded down to the minute
  return (
    <Group class="csw-preview-part" label="Clashes">
      <h3>At the same minute</h3>
      {found.clashes.length === 0 ? (
        <p class="csw-muted">No two schedules are due together on one queue until {until}.</p>
      ) : (
        <>
          <ul class="csw-clashes">
            {found.clashes.map((clash) => (
              <ClashRow key={`${clash.queue} ${clash.items.join()}`} clash={clash} names={names} zone={outlook.zone} />
            ))}
          </ul>
          <p class="csw-note">
            Looked at until {until}. The queue starts them one after the other; a random delay (Advanced) spreads them.
          </p>
        </>
      )}
    </Group>
  );
}

interface RowProps {
  clash: Clash;
  names: ReadonlyMap<string, string>;
  zone: string;
}

function ClashRow({ clash, names, zone }: RowProps) {
  const more = clash.count - clash.first.length;
  return (
    <li>
      <strong>{clash.items.map((id) => names.get(id) ?? "").join(" + ")}</strong> on queue {clash.queue}:{" "}
      {clash.first.map((at) => wallClockText(at, zone)).join("; ")}
      {more > 0 ? ` and ${more.toLocaleString("en")} more` : ""}
    </li>
  );
}
