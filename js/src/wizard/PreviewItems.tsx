// Each item of the form as a sentence, with the fields that are missing.
import { useState } from "preact/hooks";
import { missingFields } from "../state/missingFields";
import { Group } from "../ui/Group";
import { Icon } from "../ui/icons";
import { useForm } from "./form";
import { type ItemTitle, itemTitles } from "./titles";

const MAX_SHOWN = 5; // more would push the next runs out of view; folded cards say the same

export function PreviewItems() {
  const { draft } = useForm();
  const [all, setAll] = useState(false);
  const items = itemTitles(draft);
  if (items.length === 0) return null;
  return (
    <Group class="csw-preview-part" label="What will happen">
      <h3>What will happen</h3>
      <ul class="csw-preview-items">
        {(all ? items : items.slice(0, MAX_SHOWN)).map((item) => (
          <PreviewItem key={item.id} item={item} />
        ))}
      </ul>
      {items.length > MAX_SHOWN ? (
        <button type="button" class="csw-link csw-show-all" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${items.length}`}
        </button>
      ) : null}
    </Group>
  );
}

function PreviewItem({ item }: { item: ItemTitle }) {
  const { store, draft } = useForm();
  const { review } = store.state;
  const sentence = review?.items[item.id]?.sentence;
  const missing = missingFields(review === null ? [] : store.problems, item.path);
  const atLaunch = draft.schedules.some((each) => each.id === item.id && each.run_at_start);
  return (
    <li class={item.enabled ? "" : "csw-disabled"}>
      <span class={`csw-kind csw-kind-${item.kind}`}>
        <Icon name={item.kind === "schedules" ? "clock" : "bolt"} />
      </span>
      <div>
        <div class="csw-preview-name">
          {item.title}
          {item.enabled ? null : <span class="csw-chip csw-quiet">disabled</span>}
        </div>
        {sentence ? (
          <p>
            {sentence}
            {atLaunch ? " Also once at the launch." : ""}
          </p>
        ) : null}
        {review?.items[item.id]?.launches ? <p>Launches {review.items[item.id]?.launches}.</p> : null}
        <MissingList label="To complete" what={[...missing.when, ...missing.launch]} />
      </div>
    </li>
  );
}

function MissingList({ label, what }: { label: string; what: readonly string[] }) {
  if (what.length === 0) return null;
  return (
    <p class="csw-lacking">
      {label}: {what.join(", ")}
    </p>
  );
}
