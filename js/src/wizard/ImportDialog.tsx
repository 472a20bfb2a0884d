// A dialog that imports a definition from a pasted text or a file, with Python's problems by path.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../messages/shared";
import { requestWithStatus, type WaitingFor } from "../state/slowRequest";
import type { Data } from "../state/toData";
import { Dialog } from "../ui/Dialog";
import { TextArea } from "../ui/fields";
import { Button } from "../ui/parts";
import { useForm } from "./form";
import { errorMessage, ProblemList, problemsOf } from "./refusals";

interface ImportProps {
  /** A file that was dropped on the form. */
  file: File | null;
  onClose: () => void;
}

const MAX_FILE_BYTES = 5_000_000; // bytes

export function ImportDialog({ file, onClose }: ImportProps) {
  const { store, model } = useForm();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [source, setSource] = useState("");
  const [waiting, setWaiting] = useState<WaitingFor>("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const [problems, setProblems] = useState<Problem[]>([]);
  const open = useRef(true);
  useEffect(
    () => () => {
      open.current = false;
    },
    [],
  );

  const importText = async (given: string) => {
    setBusy(true);
    setError("");
    setProblems([]);
    try {
      const { data } = await requestWithStatus<{ data: Data }>(model, "import", { text: given }, setWaiting);
      if (!open.current) return; // the dialog was closed meanwhile
      store.replace(data, `Imported “${String(data.name)}”`);
      onClose();
    } catch (reason) {
      const found = problemsOf(reason);
      setProblems(found);
      setError(found.length > 0 ? "" : errorMessage(reason));
    } finally {
      setBusy(false);
    }
  };
  const importFile = async (chosen: File) => {
    if (chosen.size > MAX_FILE_BYTES) {
      setError(`${chosen.name} is too large to be a definition: it has ${Math.round(chosen.size / 1e6)} MB.`);
      return;
    }
    const content = await chosen.text().catch(() => null);
    if (content === null) {
      setError(`${chosen.name} cannot be read as a file.`); // for example a folder that was dropped
      return;
    }
    setText(content);
    setSource(chosen.name);
    await importText(content);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each file that is dropped
  useEffect(() => {
    if (file) void importFile(file);
  }, [file]);

  const actions = (
    <>
      <Button onClick={() => input.current?.click()} disabled={busy}>
        Choose a file …
      </Button>
      <Button kind="primary" busy={busy} disabled={text.trim() === ""} onClick={() => void importText(text)}>
        {busy ? (waiting === "cell" ? "Waiting for the running cell …" : "Reading …") : "Import"}
      </Button>
    </>
  );
  return (
    <Dialog title="Import a definition" size="large" onClose={onClose} actions={actions}>
      <p class="csw-muted">
        It takes the place of what the form holds; that can be undone. You can also drop a file on the form.
      </p>
      <TextArea
        label={source ? `Text of ${source}` : "Definition, as JSON or YAML"}
        value={text}
        mono
        rows={12}
        placeholder={'{"version": 1, "name": "Nightly", "schedules": [ … ]}'}
        onInput={setText}
      />
      <ProblemList title="This cannot be imported:" problems={problems} error={error} />
      <input
        ref={input}
        class="csw-hidden"
        type="file"
        accept=".json,.yaml,.yml"
        aria-label="Definition file"
        tabIndex={-1}
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          event.currentTarget.value = ""; // allows choosing the same file again
          if (chosen) void importFile(chosen);
        }}
      />
    </Dialog>
  );
}
