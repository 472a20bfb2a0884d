// The list of schedules and triggers.
import {
  blankSchedule,
  blankTrigger,
  type Draft,
  duplicated,
  type ItemKind,
  moved,
  replaced,
  type ScheduleDraft,
  type TriggerDraft,
  without,
} from "../state/draft";
import { Icon } from "../ui/icons";
import { Button, Empty } from "../ui/parts";
import { useForm } from "./form";
import { ItemCard } from "./ItemCard";

type Item = ScheduleDraft | TriggerDraft;

export function Items() {
  const { store, draft } = useForm();
  const add = (kind: ItemKind) =>
    store.edit((old) =>
      kind === "schedules"
        ? { ...old, schedules: [...old.schedules, blankSchedule()] }
        : { ...old, triggers: [...old.triggers, blankTrigger()] },
    );
  return (
    <div class="csw-items">
      {draft.schedules.length + draft.triggers.length === 0 ? (
        <Empty title="Nothing to run yet">
          Add a schedule to run a task at set times, or a trigger to run it when something happens.
        </Empty>
      ) : null}
      <Cards kind="schedules" />
      <Cards kind="triggers" />
      <div class="csw-row">
        <Button onClick={() => add("schedules")}>
          <Icon name="plus" /> Add schedule
        </Button>
        <Button onClick={() => add("triggers")}>
          <Icon name="plus" /> Add trigger
        </Button>
      </div>
    </div>
  );
}

function Cards({ kind }: { kind: ItemKind }) {
  const { store, draft } = useForm();
  const items = draft[kind] as Item[];
  const change = (items: Item[], field?: string) => store.edit((old) => ({ ...old, [kind]: items }) as Draft, field);
  return (
    <>
      {items.map((item, index) => (
        <ItemCard
          key={item.id}
          {...({ kind, value: item } as { kind: "schedules"; value: ScheduleDraft })}
          path={`${kind}[${index}]`}
          index={index}
          last={index === items.length - 1}
          onChange={(value: Item, field?: string) => change(replaced(items, index, value), field)}
          onMove={(by) => change(moved(items, index, by))}
          onDuplicate={() => change(duplicated(items, index))}
          onDelete={() => change(without(items, index))}
        />
      ))}
    </>
  );
}
