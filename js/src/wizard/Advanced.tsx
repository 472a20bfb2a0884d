// What is rarely changed: policies, names and tags of the launched task.
import type { PoliciesDraft, ScheduleDraft, TriggerDraft } from "../state/draft";
import { CheckBox } from "../ui/fields";
import { Fold } from "../ui/parts";
import { BoundSelect, BoundText } from "./BoundField";
import type { EditorProps } from "./form";

const OVERLAP = [
  ["allow", "Launch all the same"],
  ["skip", "Skip the new run"],
  ["queue", "Wait until it is"],
  ["cancel_previous", "Stop it first"],
] as const;
const USUAL_OVERLAP = { schedule: "allow", trigger: "queue" } as const;
const MISSED = [
  ["skip", "Skip them"],
  ["latest", "Launch the latest"],
  ["all", "Launch all of them"],
] as const;

type Item = ScheduleDraft | TriggerDraft;

export function Advanced<T extends Item>({ value, path, onChange }: EditorProps<T>) {
  const policies: EditorProps<PoliciesDraft> = {
    value: value.policies,
    path: `${path}.policies`,
    onChange: (changed, field) => onChange({ ...value, policies: changed }, field),
  };
  const action = {
    value: value.action,
    path: `${path}.action`,
    onChange: (changed: Item["action"], field?: string) => onChange({ ...value, action: changed }, field),
  };
  const usual = USUAL_OVERLAP["recurrence" in value ? "schedule" : "trigger"];
  const overlap = { ...policies, value: { ...value.policies, overlap: value.policies.overlap || usual } };
  return (
    <Fold title="Advanced">
      <div class="csw-grid">
        <BoundSelect {...overlap} name="overlap" label="If the last run is not finished" options={OVERLAP} />
        <BoundSelect {...policies} name="missed" label="Missed runs" options={MISSED} />
        <BoundText {...policies} name="catchup_window" label="Catch up at most" hint="Such as 30m, 1h or 1d." />
        <BoundText {...policies} name="max_runs" label="End after runs" placeholder="No limit" />
        <BoundText {...policies} name="retries" label="Retries of a failed run" placeholder="0" />
        <BoundText {...policies} name="retry_backoff" label="First retry after" hint="Doubles with every retry." />
        <BoundText {...policies} name="pause_after_failures" label="Pause after failures" placeholder="Never" />
        <BoundText {...action} name="time_limit" label="Time limit of a run" placeholder="None" />
        <BoundText {...policies} name="jitter" label="Random delay up to" placeholder="None" />
        <BoundText {...action} name="name" label="Name of launched tasks" placeholder="The item's name" />
        <BoundText {...action} name="tags" label="Tags of launched tasks" placeholder="nightly, demo" />
      </div>
      <ItemFlags value={value} onChange={onChange} />
    </Fold>
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
      ) : (
        <>
          <CheckBox
            label="Fire for what matches already at the launch"
            checked={item.include_existing}
            onInput={(include_existing) => set({ include_existing })}
          />
          <CheckBox
            label="Fire on runs that this trigger led to"
            checked={item.include_own}
            onInput={(include_own) => set({ include_own })}
          />
        </>
      )}
    </div>
  );
}
