// The list of schedules and triggers: added, copied, moved, deleted, and brought back.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import {
  blankSchedule,
  blankTrigger,
  type Draft,
  duplicated,
  type ItemKind,
  inserted,
  moved,
  replaced,
  type ScheduleDraft,
  type TriggerDraft,
  without,
} from "../state/draft";
import { Icon } from "../ui/icons";
import { Button, Empty } from "../ui/parts";
import { usualQueue } from "./ActionFields";
import { useForm } from "./form";
import { ItemCard, titleOf } from "./ItemCard";
import { UndoBar } from "./UndoBar";
import { useDrag } from "./useDrag";
import { useFolds } from "./useFolds";

type Item = ScheduleDraft | TriggerDraft;

export function Items({ wanted }: { wanted: string | undefined }) {
  const { store, draft, queues } = useForm();
  const root = useRef<HTMLDivElement>(null);
  const focus = useFocusLater(root);
  const [said, say] = useState("");
  const ids = [...draft.schedules, ...draft.triggers].map(({ id }) => id);
  const folds = useFolds(ids, wanted);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, where the form opens
  useLayoutEffect(() => {
    if (wanted) focus(wanted, ".csw-card-body input");
  }, []);
  const shared: Shared = { focus, say, folds };
  const add = (kind: ItemKind) => {
    const blank = kind === "schedules" ? blankSchedule() : blankTrigger();
    const item = { ...blank, action: { ...blank.action, queue: usualQueue(queues) } };
    store.edit((old) => ({ ...old, [kind]: [...old[kind], item] }) as Draft);
    folds.open(item.id);
    focus(item.id, ".csw-card-body input");
  };
  return (
    <div class="csw-items" ref={root}>
      {store.state.undo && !store.state.undo.item ? <UndoBar onUndone={() => undefined} /> : null}
      {ids.length === 0 ? (
        <Empty title="Nothing to run yet">
          Add a schedule to run a task at set times, or a trigger to run it when something happens.
        </Empty>
      ) : null}
      <Cards kind="schedules" {...shared} />
      <Cards kind="triggers" {...shared} />
      <div class="csw-row">
        <Button onClick={() => add("schedules")}>
          <Icon name="plus" /> Add schedule
        </Button>
        <Button onClick={() => add("triggers")}>
          <Icon name="plus" /> Add trigger
        </Button>
        {ids.length > 1 ? (
          <span class="csw-items-folds">
            <Button kind="quiet" onClick={folds.anyOpen ? folds.closeAll : folds.openAll}>
              {folds.anyOpen ? "Collapse all" : "Expand all"}
            </Button>
          </span>
        ) : null}
      </div>
      <p class="csw-hidden" role="status">
        {said}
      </p>
    </div>
  );
}

const MOVES = {
  up: ".csw-card-moves > :first-child",
  down: ".csw-card-moves > :last-child",
  any: ".csw-card-moves > *",
};

interface Shared {
  focus: (item: string, ...selectors: string[]) => void;
  say: (text: string) => void;
  folds: ReturnType<typeof useFolds>;
}

function Cards({ kind, focus, say, folds }: { kind: ItemKind } & Shared) {
  const { store, draft } = useForm();
  const items = draft[kind] as Item[];
  const change = (items: Item[], field?: string) => store.edit((old) => ({ ...old, [kind]: items }) as Draft, field);
  const move = (index: number, by: number) => {
    const item = items[index];
    if (item === undefined || by === 0 || index + by < 0 || index + by >= items.length) return;
    change(moved(items, index, by));
    say(`${titleOf(item, kind, index)} is now ${index + by + 1} of ${items.length}.`);
  };
  const drag = useDrag(
    items.map(({ id }) => id),
    move,
  );
  const remove = (item: Item, index: number) => {
    const restore = (now: Draft) => ({ ...now, [kind]: inserted(now[kind] as Item[], index, item) }) as Draft;
    const undo = { text: `Deleted “${titleOf(item, kind, index)}”`, restore, item: { id: item.id, kind, index } };
    store.edit((old) => ({ ...old, [kind]: without(items, index) }) as Draft, undefined, undo);
  };
  const { undo } = store.state;
  const gone = undo?.item?.kind === kind ? undo.item : null;
  const back = gone ? <UndoBar key="undo" onUndone={() => focus(gone.id, ".csw-card-title")} /> : null;
  return (
    <>
      {items.flatMap((item, index) => [
        gone?.index === index ? back : null,
        <ItemCard
          key={item.id}
          {...({ kind, value: item } as { kind: "schedules"; value: ScheduleDraft })}
          path={`${kind}[${index}]`}
          index={index}
          count={items.length}
          open={folds.isOpen(item.id)}
          onToggle={(open) => (open ? folds.open(item.id) : folds.close(item.id))}
          drag={drag(item.id)}
          onChange={(value: Item, field?: string) => change(replaced(items, index, value), field)}
          onMove={(by) => {
            move(index, by);
            focus(item.id, by < 0 ? MOVES.up : MOVES.down, MOVES.any);
          }}
          onDuplicate={() => {
            const copies = duplicated(items, index);
            const copy = copies[index + 1];
            change(copies);
            if (copy) {
              folds.open(copy.id);
              focus(copy.id, ".csw-card-title");
            }
          }}
          onDelete={() => remove(item, index)}
        />,
      ])}
      {gone && gone.index >= items.length ? back : null}
    </>
  );
}

/** Puts the focus into an item's card once it is drawn in its place: moving an element takes the focus from it. */
function useFocusLater(root: { current: HTMLElement | null }) {
  const wanted = useRef<{ item: string; selectors: string[] } | null>(null);
  useLayoutEffect(() => {
    const { current } = wanted;
    const card = current && root.current?.querySelector(`[data-item="${CSS.escape(current.item)}"]`);
    if (!card || !current) return;
    wanted.current = null;
    // At the end of the list the button that was just pressed is disabled; its neighbour is not.
    const all = current.selectors.flatMap((selector) => [...card.querySelectorAll<HTMLElement>(selector)]);
    all.find((each) => !each.matches(":disabled"))?.focus();
  });
  return (item: string, ...selectors: string[]) => {
    wanted.current = { item, selectors };
  };
}
