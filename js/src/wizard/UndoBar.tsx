// What was just deleted or replaced, and the way back.
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { useForm } from "./form";

export function UndoBar({ onUndone }: { onUndone: (item: string | undefined) => void }) {
  const { store } = useForm();
  const { undo } = store.state;
  const bar = useRef<HTMLDivElement>(null);
  // The button that was pressed is gone with what it deleted: the keyboard goes on here.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each thing that can be taken back
  useEffect(() => {
    const lost = document.activeElement === document.body || document.activeElement === null;
    if (lost) bar.current?.querySelector("button")?.focus({ preventScroll: true });
  }, [undo]);
  return (
    <div class="csw-undo-place" role="status">
      {undo ? (
        <div class="csw-undo" ref={bar}>
          <span class="csw-undo-text">{undo.text}</span>
          <Button
            onClick={() => {
              onUndone(undo.item);
              store.undo();
            }}
          >
            Undo
          </Button>
          <Button kind="quiet" label="Dismiss" onClick={() => store.dismiss()}>
            <Icon name="close" />
          </Button>
        </div>
      ) : null}
    </div>
  );
}
