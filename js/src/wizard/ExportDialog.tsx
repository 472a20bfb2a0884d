// A dialog with the definition as JSON or YAML, to copy or download.
import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../messages/shared";
import { fileName, saveFile } from "../state/download";
import { requestWithStatus } from "../state/slowRequest";
import { copyText } from "../ui/clipboard";
import { Dialog } from "../ui/Dialog";
import { Segments, TextArea } from "../ui/fields";
import { Button } from "../ui/parts";
import { useForm } from "./form";
import { errorMessage, ProblemList, problemsOf } from "./refusals";

type Format = "json" | "yaml";

const FORMATS: readonly (readonly [Format, string])[] = [
  ["json", "JSON"],
  ["yaml", "YAML"],
];
const TYPES: Record<Format, string> = { json: "application/json", yaml: "application/yaml" };

export function ExportDialog({ onClose }: { onClose: () => void }) {
  const { store, model } = useForm();
  const [format, setFormat] = useState<Format>("json");
  const [exported, setExported] = useState<{ name: string; text: string } | null>(null);
  const [refused, setRefused] = useState<{ problems: Problem[]; error: string } | null>(null);
  const [note, setNote] = useState("");
  useEffect(() => {
    let current = true; // false if another format was chosen before the answer
    setNote("");
    setExported(null);
    setRefused(null);
    requestWithStatus<{ name: string; text: string }>(
      model,
      "export",
      { data: store.data, format },
      (waiting) => current && setNote(waiting === "cell" ? "Waiting for the running cell …" : ""),
    ).then(
      (answer) => current && setExported(answer),
      (reason: unknown) => {
        const problems = problemsOf(reason);
        if (current) setRefused({ problems, error: problems.length > 0 ? "" : errorMessage(reason) });
      },
    );
    return () => {
      current = false;
    };
  }, [model, store, format]);
  const copy = () =>
    void copyText(exported?.text ?? "").then((copied) =>
      setNote(copied ? "Copied." : "The browser does not allow copying: select the text and copy it."),
    );
  const actions = (
    <>
      <Button disabled={exported === null} onClick={copy}>
        Copy
      </Button>
      <Button
        kind="primary"
        disabled={exported === null}
        onClick={() => exported && saveFile(fileName(exported.name, format), [exported.text], TYPES[format])}
      >
        Download
      </Button>
    </>
  );
  return (
    <Dialog title="Export the definition" size="large" onClose={onClose} actions={actions}>
      <Segments legend="Format" options={FORMATS} value={format} onInput={setFormat} />
      {refused ? (
        <ProblemList title="It can be exported when this is right:" {...refused} />
      ) : (
        <TextArea label="Definition" value={exported?.text ?? ""} mono readOnly rows={14} onInput={() => undefined} />
      )}
      <p class="csw-note" role="status">
        {note}
      </p>
    </Dialog>
  );
}
