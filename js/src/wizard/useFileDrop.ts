// Accepts a definition's file that is dropped on the form.
import { useState } from "preact/hooks";

export function useFileDrop() {
  const [file, setFile] = useState<File | null>(null);
  const [over, setOver] = useState(false);
  const carries = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  return {
    file,
    over,
    clear: () => setFile(null),
    handlers: {
      onDragOver: (event: DragEvent) => {
        if (!carries(event)) return;
        event.preventDefault(); // keeps the browser from opening the file
        event.stopPropagation();
        setOver(true);
      },
      onDragLeave: (event: DragEvent) => {
        const { currentTarget, relatedTarget } = event;
        if (!(currentTarget instanceof Node) || !currentTarget.contains(relatedTarget as Node | null)) setOver(false);
      },
      onDrop: (event: DragEvent) => {
        if (!carries(event)) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        setFile(event.dataTransfer?.files[0] ?? null);
      },
    },
  };
}
