// The button that returns to a hidden form, and the question before another form replaces it.
import { Confirm } from "../ui/Dialog";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import type { OpenForm } from "./useOpenForm";

/** Shown while a form with unsaved edits is hidden. */
export function BackToForm({ form }: { form: OpenForm }) {
  if (form.data !== null || form.draft === null) return null;
  return (
    <Button onClick={form.resume}>
      <Icon name="left" /> Back to the form
    </Button>
  );
}

/** Shown when another form is requested while this one has unsaved edits. */
export function AskBeforeReplacing({ form }: { form: OpenForm }) {
  if (form.requested === null) return null;
  const { editing } = form;
  return (
    <Confirm
      title="Discard the form that you have begun?"
      action="Discard it"
      cancel="Back to it"
      onConfirm={form.replace}
      onClose={form.keep}
      onCancel={form.resume}
    >
      {editing ? (
        <p>
          Your changes of <bdi>{editing.name}</bdi> were not saved.
        </p>
      ) : (
        <p>It was not saved or launched.</p>
      )}
    </Confirm>
  );
}
