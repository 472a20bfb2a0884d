// What is rarely changed: policies.
import type { PoliciesDraft, ScheduleDraft, TriggerDraft } from "../state/draft";
import {
  changed,
  type ItemType,
  jitterWords,
  MISSED,
  maxWords,
  missedWords,
  OVERLAP,
  overlapOf,
  overlapWords,
  pauseWords,
  retries,
  retryWords,
} from "../state/policies";
import { CheckBox } from "../ui/fields";
import { Fold } from "../ui/parts";
import { BoundSelect, BoundText } from "./BoundField";
import type { EditorProps } from "./form";

type Item = ScheduleDraft | TriggerDraft;

export function Advanced<T extends Item>({ value, path, onChange }: EditorProps<T>) {
  const policies: EditorProps<PoliciesDraft> = {
    value: value.policies,
    path: `${path}.policies`,
    onChange: (changed, field) => onChange({ ...value, policies: changed }, field),
  };
  const type: ItemType = "recurrence" in value ? "schedule" : "trigger";
  return (
    <Fold title="Advanced" note={summary(value, type)}>
      <Policies {...policies} type={type} />
      <ItemFlags value={value} onChange={onChange} />
    </Fold>
  );
}

/** What is not as usual, so that nobody has to unfold to know. */
function summary(item: Item, type: ItemType): string {
  const found = changed(item.policies, type);
  if ("recurrence" in item && item.run_at_start) found.push("runs at launch");
  return found.length > 0 ? `· ${found.join(" · ")}` : "";
}

function Policies({ type, ...props }: EditorProps<PoliciesDraft> & { type: ItemType }) {
  const { value } = props;
  const overlap = { ...props, value: { ...value, overlap: overlapOf(value, type) } };
  return (
    <>
      <div class="csw-grid">
        <BoundSelect
          {...overlap}
          name="overlap"
          label="If the last run is not finished"
          options={OVERLAP}
          hint={overlapWords(value, type)}
        />
        {type === "schedule" ? <Missed {...props} /> : null}
      </div>
      <div class="csw-grid">
        <BoundText {...props} name="retries" label="Retries of a failed run" placeholder="0" hint={retryWords(value)} />
        {retries(value) ? (
          <BoundText {...props} name="retry_backoff" label="First retry after" hint="Such as 30s, 1m or 1h." />
        ) : null}
        <BoundText
          {...props}
          name="pause_after_failures"
          label="Pause after failures"
          placeholder="Never"
          hint={pauseWords(value)}
        />
      </div>
      <div class="csw-grid">
        <BoundText {...props} name="max_runs" label="End after runs" placeholder="No limit" hint={maxWords(value)} />
        {type === "schedule" ? (
          <BoundText {...props} name="jitter" label="Random delay up to" placeholder="None" hint={jitterWords(value)} />
        ) : null}
      </div>
    </>
  );
}

function Missed(props: EditorProps<PoliciesDraft>) {
  return (
    <>
      <BoundSelect {...props} name="missed" label="Missed runs" options={MISSED} hint={missedWords(props.value)} />
      {props.value.missed === "skip" ? null : (
        <BoundText {...props} name="catchup_window" label="Catch up at most" hint="Such as 30m, 1h or 1d." />
      )}
    </>
  );
}

function ItemFlags<T extends Item>({ value, onChange }: Pick<EditorProps<T>, "value" | "onChange">) {
  const item: Item = value;
  const set = (change: Partial<ScheduleDraft> | Partial<TriggerDraft>) => onChange({ ...value, ...change });
  return (
    <div class="csw-checks">
      {"recurrence" in item ? (
        <CheckBox
          label="Run once at launch, too"
          checked={item.run_at_start}
          onInput={(run_at_start) => set({ run_at_start })}
        />
      ) : null}
    </div>
  );
}
