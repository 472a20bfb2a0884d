// The definition as a text: to copy, or to download.
import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../messages/shared";
import { ask } from "../state/asking";
import { fileName, saveFile } from "../state/download";
import { copyText } from "../ui/clipboard";
import { Dialog } from "../ui/Dialog";
import { Segments, TextArea } from "../ui/fields";
import { Button } from "../ui/parts";
import { useForm } from "./form";
import { message, ProblemList, problemsOf } from "./refusals";

type Format = "json" | "yaml";

const FORMATS: readonly (readonly [Format, string])[] = [
  ["json", "JSON"],
  ["yaml", "YAML"],
];
const TYPES: Record<Format, string> = { json: "application/json", yaml: "application/yaml" };

export function ExportDialog({ onClose }: { onClose: () => void }) {
  const { store, model } = useForm();
  const [format, setFormat] = useState<Format>("json");
  const [written, setWritten] = useState<{ name: string; text: string } | null>(null);
  const [refused, setRefused] = useState<{ problems: Problem[]; error: string } | null>(null);
  const [note, setNote] = useState("");
  useEffect(() => {
    let current = true; // an answer in another format comes too late
    setNote("");
    setWritten(null);
    setRefused(null);
    ask<{ name: string; text: string }>(
      model,
      "export",
      { data: store.data, format },
      (waiting) => current && setNote(waiting === "cell" ? "Waiting for the running cell …" : ""),
    ).then(
      (answer) => current && setWritten(answer),
      (reason: unknown) => {
        const problems = problemsOf(reason);
        if (current) setRefused({ problems, error: problems.length > 0 ? "" : message(reason) });
      },
    );
    return () => {
      current = false;
    };
  }, [model, store, format]);
  const copy = () =>
    void copyText(written?.text ?? "").then((copied) =>
      setNote(copied ? "Copied." : "The browser does not allow copying: select the text and copy it."),
    );
  const actions = (
    <>
      <Button disabled={written === null} onClick={copy}>
        Copy
      </Button>
      <Button
        kind="primary"
        disabled={written === null}
        onClick={() => written && saveFile(fileName(written.name, format), [written.text], TYPES[format])}
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
        <TextArea label="Definition" value={written?.text ?? ""} mono readOnly rows={14} onInput={() => undefined} />
      )}
      <p class="csw-note" role="status">
        {note}
      </p>
    </Dialog>
  );
}
