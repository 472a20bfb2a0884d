// A definition in from a text, a file or a drop, and out as JSON or YAML.
import { useState } from "preact/hooks";
import { Button } from "../ui/parts";
import { ExportDialog } from "./ExportDialog";
import { useForm } from "./form";
import { ImportDialog } from "./ImportDialog";

export function Files() {
  const form = useForm();
  const [shown, setShown] = useState<"" | "import" | "export">("");
  return (
    <>
      <Button kind="quiet" onClick={() => setShown("import")}>
        Import
      </Button>
      <Button kind="quiet" onClick={() => setShown("export")}>
        Export
      </Button>
      {shown === "import" || form.dropped !== null ? (
        <ImportDialog
          file={form.dropped}
          onClose={() => {
            form.takeDropped();
            setShown("");
          }}
        />
      ) : null}
      {shown === "export" ? <ExportDialog onClose={() => setShown("")} /> : null}
    </>
  );
}
