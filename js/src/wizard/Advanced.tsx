// The rarely changed settings of an item: its policies.
import type { PoliciesDraft, ScheduleDraft, TriggerDraft } from "../state/draft";
import {
  changedPolicies,
  effectiveOverlap,
  hasRetries,
  type ItemType,
  jitterText,
  MISSED,
  maxRunsText,
  missedText,
  OVERLAP,
  overlapText,
  pauseText,
  retryText,
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
      {"recurrence" in value ? (
        <CheckBox
          label="Run once at launch, too"
          checked={value.run_at_start}
          onInput={(run_at_start) => onChange({ ...value, run_at_start })}
        />
      ) : null}
    </Fold>
  );
}

/** The settings that differ from the defaults, for the folded title. */
function summary(item: Item, type: ItemType): string {
  const found = changedPolicies(item.policies, type);
  if ("recurrence" in item && item.run_at_start) found.push("runs at launch");
  return found.length > 0 ? `· ${found.join(" · ")}` : "";
}

type PoliciesProps = EditorProps<PoliciesDraft> & { type: ItemType };

function Policies({ type, ...props }: PoliciesProps) {
  const { value } = props;
  return (
    <>
      <div class="csw-pairs">
        <Overlap {...props} type={type} />
        <BoundText {...props} name="max_runs" label="End after runs" placeholder="No limit" hint={maxRunsText(value)} />
      </div>
      {type === "schedule" ? <Missed {...props} /> : null}
      <div class="csw-pairs">
        <BoundText {...props} name="retries" label="Retries of a failed run" placeholder="0" hint={retryText(value)} />
        {hasRetries(value) ? (
          <BoundText {...props} name="retry_backoff" label="First retry after" hint="Such as 30s, 1m or 1h." />
        ) : null}
      </div>
      <div class="csw-pairs">
        <BoundText
          {...props}
          name="pause_after_failures"
          label="Pause after failures"
          placeholder="Never"
          hint={pauseText(value)}
        />
        {type === "schedule" ? (
          <BoundText {...props} name="jitter" label="Random delay up to" placeholder="None" hint={jitterText(value)} />
        ) : null}
      </div>
    </>
  );
}

/** A blank value means the default of the item's kind, which is shown by name. */
function Overlap({ type, ...props }: PoliciesProps) {
  return (
    <BoundSelect
      {...props}
      value={{ ...props.value, overlap: effectiveOverlap(props.value, type) }}
      name="overlap"
      label="If the last run is not finished"
      options={OVERLAP}
      hint={overlapText(props.value, type)}
    />
  );
}

function Missed(props: EditorProps<PoliciesDraft>) {
  const { value } = props;
  return (
    <div class="csw-pairs">
      <BoundSelect {...props} name="missed" label="Missed runs" options={MISSED} hint={missedText(value)} />
      {value.missed === "skip" ? null : (
        <BoundText {...props} name="catchup_window" label="Catch up at most" hint="Such as 30m, 1h or 1d." />
      )}
    </div>
  );
}
