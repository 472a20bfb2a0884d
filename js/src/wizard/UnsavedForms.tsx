// Offers forms that were closed without being saved, and says when the kernel of an open form is gone.
import { useEffect, useState } from "preact/hooks";
import type { EditedInstance } from "../messages/app";
import { relativeTime } from "../state/format";
import { isSameDraft } from "../state/formDraft";
import { isFormOpen, onOpenFormsChange } from "../state/openFormRegistry";
import { deleteUnsavedForm, listUnsavedForms, type UnsavedForm } from "../state/unsavedForms";
import { useUid } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button, useNow } from "../ui/parts";
import { useForm } from "./form";

const REFRESH_MS = 30_000;

interface UnsavedProps {
  /** The instance that this form changes; only its own edits are offered. */
  editing: EditedInstance | null;
  /** Called with the version that the restored edits started from. */
  onRebase: ((base: string) => void) | undefined;
}

/** Shown in a form without edits: the unsaved forms before it. */
export function UnsavedForms({ editing, onRebase }: UnsavedProps) {
  const { store, id } = useForm();
  const [found, refresh] = useUnsavedForms(id);
  if (store.state.edited) return null;
  const fits = (saved: UnsavedForm) => editing === null || saved.instance === editing.id;
  const offered = found.filter((saved) => fits(saved) && !isSameDraft(saved.data, store.data));
  const restore = (saved: UnsavedForm) => {
    deleteUnsavedForm(saved.form); // the content belongs to this form from now on
    if (editing !== null) onRebase?.(saved.base);
    store.restoreForm(saved.data);
  };
  return (
    <>
      {offered.map((saved) => (
        <Offer
          key={saved.form}
          saved={saved}
          action={editing !== null ? "Bring them back" : saved.instance ? "Take them as a new one" : "Bring it back"}
          onTake={() => restore(saved)}
          onForget={() => {
            deleteUnsavedForm(saved.form);
            refresh();
          }}
        />
      ))}
    </>
  );
}

interface OfferProps {
  saved: UnsavedForm;
  action: string;
  onTake: () => void;
  onForget: () => void;
}

function Offer({ saved, action, onTake, onForget }: OfferProps) {
  const id = useUid();
  const now = useNow(REFRESH_MS);
  return (
    <div class="csw-undo csw-left">
      <span id={id} class="csw-undo-text">
        <span role="status">
          {saved.instance ? (
            <>
              Your changes of <bdi>{saved.changes}</bdi> were not saved.
            </>
          ) : (
            <>
              A form that you had begun (<bdi>{String(saved.data.name || "without a name")}</bdi>) was neither saved nor
              launched.
            </>
          )}
        </span>{" "}
        <span class="csw-muted">{relativeTime(saved.at, Math.max(now, saved.at))}</span>
      </span>
      <Button describedBy={id} onClick={onTake}>
        {action}
      </Button>
      <Button kind="quiet" label="Forget it" describedBy={id} onClick={onForget}>
        <Icon name="close" />
      </Button>
    </div>
  );
}

/** The unsaved forms that are not open any more, and this form's own; and a function that reads them again. */
function useUnsavedForms(id: string): [UnsavedForm[], () => void] {
  const readForms = () => listUnsavedForms().filter(({ form }) => form === id || !isFormOpen(form));
  const [found, setFound] = useState(readForms);
  const refresh = () => setFound(readForms());
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same for each rendering
  useEffect(() => {
    refresh(); // forms that were rendered together with this one are registered by now
    return onOpenFormsChange(refresh);
  }, [id]);
  return [found, refresh];
}

/** Shown if the kernel was restarted or shut down while the form was open. */
export function KernelGone({ editing }: { editing: EditedInstance | null }) {
  return (
    <div class="csw-banner csw-banner-warning csw-dangers" role="alert">
      <div>
        <strong>The kernel is gone</strong>
        <p>
          It was restarted or shut down. What you have entered is kept in this browser tab: run this cell again, and{" "}
          {editing ? (
            <>
              “Edit” of <bdi>{editing.name}</bdi>
            </>
          ) : (
            "the new form"
          )}{" "}
          offers it. What ran in the kernel goes on with <code>resume()</code>, or from the dashboard.
        </p>
      </div>
    </div>
  );
}
