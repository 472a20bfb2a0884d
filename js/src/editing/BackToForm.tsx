// What leads back to a form that was left, and the question before another one takes its place.
import { Confirm } from "../ui/Dialog";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import type { OpenForm } from "./useOpenForm";

/** A form that was left is not lost: the button leads back to it. */
export function BackToForm({ form }: { form: OpenForm }) {
  if (form.data !== null || form.draft === null) return null;
  return (
    <Button onClick={form.back}>
      <Icon name="left" /> Back to the form
    </Button>
  );
}

/** Asked where a form is wanted while another one has edits that nobody has saved. */
export function AskBeforeReplacing({ form }: { form: OpenForm }) {
  if (form.wanted === null) return null;
  const { editing } = form;
  return (
    <Confirm
      title="Discard the form that you have begun?"
      action="Discard it"
      cancel="Back to it"
      onConfirm={form.replace}
      onClose={form.keep}
      onCancel={form.back}
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
