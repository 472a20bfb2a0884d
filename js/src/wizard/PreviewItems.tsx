// Each item in a sentence, or what it still lacks.
import { useState } from "preact/hooks";
import { needs } from "../state/needs";
import { Group } from "../ui/Group";
import { Icon } from "../ui/icons";
import { useForm } from "./form";
import { type Titled, titled } from "./titles";

const SHOWN = 5; // more of them would push the next runs out of sight; folded cards say the same

export function PreviewItems() {
  const { draft } = useForm();
  const [all, setAll] = useState(false);
  const items = titled(draft);
  if (items.length === 0) return null;
  return (
    <Group class="csw-preview-part" label="What will happen">
      <h3>What will happen</h3>
      <ul class="csw-preview-items">
        {(all ? items : items.slice(0, SHOWN)).map((item) => (
          <PreviewItem key={item.id} item={item} />
        ))}
      </ul>
      {items.length > SHOWN ? (
        <button type="button" class="csw-link csw-show-all" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${items.length}`}
        </button>
      ) : null}
    </Group>
  );
}

function PreviewItem({ item }: { item: Titled }) {
  const { store, draft } = useForm();
  const { review } = store.state;
  const sentence = review?.items[item.id]?.sentence;
  const lacking = needs(review === null ? [] : store.problems, item.path);
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
        <Lacking label="To complete" what={[...lacking.when, ...lacking.launch]} />
      </div>
    </li>
  );
}

function Lacking({ label, what }: { label: string; what: readonly string[] }) {
  if (what.length === 0) return null;
  return (
    <p class="csw-lacking">
      {label}: {what.join(", ")}
    </p>
  );
}
