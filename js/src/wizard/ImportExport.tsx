// The import and export buttons of the form, with their dialogs.
import { useState } from "preact/hooks";
import { Button } from "../ui/parts";
import { ExportDialog } from "./ExportDialog";
import { useForm } from "./form";
import { ImportDialog } from "./ImportDialog";

export function ImportExport() {
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
      {shown === "import" || form.droppedFile !== null ? (
        <ImportDialog
          file={form.droppedFile}
          onClose={() => {
            form.clearFile();
            setShown("");
          }}
        />
      ) : null}
      {shown === "export" ? <ExportDialog onClose={() => setShown("")} /> : null}
    </>
  );
}
