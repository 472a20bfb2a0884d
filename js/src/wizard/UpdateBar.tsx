// The footer of a form that changes an existing instance.
import { useState } from "preact/hooks";
import type { EditedInstance } from "../messages/app";
import { Confirm } from "../ui/Dialog";
import { Button } from "../ui/parts";
import { useForm } from "./form";
import { ImportExport } from "./ImportExport";
import { SubmitStatus } from "./SubmitStatus";
import { useSubmit } from "./useSubmit";

interface UpdateProps {
  instance: EditedInstance;
  onDone: () => void;
  onCancel: () => void;
  /** Turns the edits into a new instance. */
  onDetach: () => void;
}

const WORK_TEXT = "The server checks tasks and queues; then the instance gets what you changed.";

export function UpdateBar({ instance, onDone, onCancel, onDetach }: UpdateProps) {
  const { store } = useForm();
  const [asking, setAsking] = useState(false);
  const { busy, waiting, error, send, bar } = useSubmit<"update">();
  const save = async () => {
    if ((await send("update", { instance: instance.id, base: instance.base })) !== null) onDone();
  };
  return (
    <footer class="csw-launch" ref={bar}>
      <p class="csw-note">
        Changes <bdi>{instance.name}</bdi>. It takes them over within seconds; items that stay keep their place.
      </p>
      <div class="csw-row csw-launch-buttons">
        <ImportExport />
        <Button kind="quiet" disabled={busy !== ""} onClick={() => (store.state.edited ? setAsking(true) : onCancel())}>
          Cancel
        </Button>
        <Button kind="primary" busy={busy !== ""} onClick={() => void save()}>
          {waiting === "cell" ? "Waiting for the running cell …" : busy ? "Saving …" : "Save changes"}
        </Button>
      </div>
      <SubmitStatus waiting={waiting} error={error} work={WORK_TEXT} />
      {error ? (
        <p class="csw-note">
          What you have changed is still here. If the instance is gone or cannot take it,{" "}
          <button type="button" class="csw-link" onClick={onDetach}>
            make a new instance of it
          </button>
          .
        </p>
      ) : null}
      {asking ? (
        <Confirm
          title="Discard what you have changed?"
          action="Discard"
          cancel="Keep editing"
          onConfirm={onCancel}
          onClose={() => setAsking(false)}
        >
          The instance stays as it is.
        </Confirm>
      ) : null}
    </footer>
  );
}
