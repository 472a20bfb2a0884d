// A definition out to a file, and in from one.
import { useRef, useState } from "preact/hooks";
import type { Data } from "../state/toData";
import { Button } from "../ui/parts";
import { useForm } from "./form";

export function Files() {
  const { store, model } = useForm();
  const input = useRef<HTMLInputElement>(null);
  const [error, setError] = useState("");
  const guarded = (work: () => Promise<void>) => {
    setError("");
    work().catch((reason: unknown) => setError(reason instanceof Error ? reason.message : String(reason)));
  };
  const read = async (file: File) => {
    const { data } = await model.request<{ data: Data }>("import", { text: await file.text() });
    store.replace(data);
  };
  const write = async () => {
    const { name, text } = await model.request<{ name: string; text: string }>("export", { data: store.data });
    download(`${name.replace(/[^\p{L}\p{N}._-]+/gu, "-")}.json`, text);
  };
  return (
    <div class="csw-files">
      <Button kind="quiet" onClick={() => input.current?.click()}>
        Import
      </Button>
      <Button kind="quiet" onClick={() => guarded(write)}>
        Export
      </Button>
      <input
        ref={input}
        class="csw-hidden"
        type="file"
        accept=".json,.yaml,.yml"
        aria-label="Definition file"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = ""; // so that the same file can be chosen again
          if (file) guarded(() => read(file));
        }}
      />
      {error ? (
        <p class="csw-note csw-note-error" role="alert">
          {error}
        </p>
      ) : null}
    </div>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
