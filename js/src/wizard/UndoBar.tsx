// A bar that offers to undo a deletion or replacement, at the place where it happened.
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { useForm } from "./form";

export function UndoBar({ onUndone }: { onUndone: () => void }) {
  const { store } = useForm();
  const { undo } = store.state;
  const bar = useRef<HTMLDivElement>(null);
  // The pressed button disappeared with the deleted item, so the focus moves to this bar.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each thing that can be taken back
  useEffect(() => {
    const lost = document.activeElement === document.body || document.activeElement === null;
    if (lost) bar.current?.querySelector("button")?.focus();
  }, [undo]);
  if (undo === null) return null;
  return (
    <div class="csw-undo" ref={bar}>
      <span class="csw-undo-text" role="status">
        {undo.text}
      </span>
      <Button
        onClick={() => {
          onUndone();
          store.undo();
        }}
      >
        Undo
      </Button>
      <Button kind="quiet" label="Dismiss" onClick={() => store.dismiss()}>
        <Icon name="close" />
      </Button>
    </div>
  );
}
