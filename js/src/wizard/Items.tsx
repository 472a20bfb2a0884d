// The list of schedules and triggers, with adding, duplicating, moving, deleting and undo.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import {
  blankSchedule,
  blankTrigger,
  type Draft,
  duplicateItem,
  type ItemKind,
  insertItem,
  moveItem,
  removeItem,
  replaceItem,
  type ScheduleDraft,
  type TriggerDraft,
} from "../state/draft";
import { Icon } from "../ui/icons";
import { Button, Empty } from "../ui/parts";
import { defaultQueue } from "./ActionFields";
import { useForm } from "./form";
import { ItemCard, titleOf } from "./ItemCard";
import { UndoBar } from "./UndoBar";
import { useDrag } from "./useDrag";
import { useOpenCards } from "./useOpenCards";

type Item = ScheduleDraft | TriggerDraft;

export function Items({ initialItem }: { initialItem: string | undefined }) {
  const { store, draft, queues } = useForm();
  const root = useRef<HTMLDivElement>(null);
  const focus = useFocusLater(root);
  const [announcement, announce] = useState("");
  const ids = [...draft.schedules, ...draft.triggers].map(({ id }) => id);
  const folds = useOpenCards(ids, initialItem);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, where the form opens
  useLayoutEffect(() => {
    if (initialItem) focus(initialItem, ".csw-card-body input");
  }, []);
  const shared: Shared = { focus, announce, folds };
  const add = (kind: ItemKind) => {
    const blank = kind === "schedules" ? blankSchedule() : blankTrigger();
    const item = { ...blank, action: { ...blank.action, queue: defaultQueue(queues) } };
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
        {announcement}
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
  announce: (text: string) => void;
  folds: ReturnType<typeof useOpenCards>;
}

function Cards({ kind, focus, announce, folds }: { kind: ItemKind } & Shared) {
  const { store, draft } = useForm();
  const items = draft[kind] as Item[];
  const change = (items: Item[], field?: string) => store.edit((old) => ({ ...old, [kind]: items }) as Draft, field);
  const move = (index: number, by: number) => {
    const item = items[index];
    if (item === undefined || by === 0 || index + by < 0 || index + by >= items.length) return;
    change(moveItem(items, index, by));
    announce(`${titleOf(item, kind, index)} is now ${index + by + 1} of ${items.length}.`);
  };
  const drag = useDrag(
    items.map(({ id }) => id),
    move,
  );
  const remove = (item: Item, index: number) => {
    const restore = (now: Draft) => ({ ...now, [kind]: insertItem(now[kind] as Item[], index, item) }) as Draft;
    const undo = { text: `Deleted “${titleOf(item, kind, index)}”`, restore, item: { id: item.id, kind, index } };
    store.edit((old) => ({ ...old, [kind]: removeItem(items, index) }) as Draft, undefined, undo);
  };
  const { undo } = store.state;
  const deleted = undo?.item?.kind === kind ? undo.item : null;
  const undoBar = deleted ? <UndoBar key="undo" onUndone={() => focus(deleted.id, ".csw-card-title")} /> : null;
  return (
    <>
      {items.flatMap((item, index) => [
        deleted?.index === index ? undoBar : null,
        <ItemCard
          key={item.id}
          {...({ kind, value: item } as { kind: "schedules"; value: ScheduleDraft })}
          path={`${kind}[${index}]`}
          index={index}
          count={items.length}
          open={folds.isOpen(item.id)}
          onToggle={(open) => (open ? folds.open(item.id) : folds.close(item.id))}
          drag={drag(item.id)}
          onChange={(value: Item, field?: string) => change(replaceItem(items, index, value), field)}
          onMove={(by) => {
            move(index, by);
            focus(item.id, by < 0 ? MOVES.up : MOVES.down, MOVES.any);
          }}
          onDuplicate={() => {
            const copies = duplicateItem(items, index);
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
      {deleted && deleted.index >= items.length ? undoBar : null}
    </>
  );
}

/** Moves the focus into an item's card after the next render; moving an element in the page loses the focus. */
function useFocusLater(root: { current: HTMLElement | null }) {
  const target = useRef<{ item: string; selectors: string[] } | null>(null);
  useLayoutEffect(() => {
    const { current } = target;
    const card = current && root.current?.querySelector(`[data-item="${CSS.escape(current.item)}"]`);
    if (!card || !current) return;
    target.current = null;
    // At an end of the list the pressed button is disabled now, but its neighbour is not.
    const all = current.selectors.flatMap((selector) => [...card.querySelectorAll<HTMLElement>(selector)]);
    all.find((each) => !each.matches(":disabled"))?.focus();
  });
  return (item: string, ...selectors: string[]) => {
    target.current = { item, selectors };
  };
}
