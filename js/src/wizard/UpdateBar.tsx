// The buttons of a form that changes an instance which exists.
import { useState } from "preact/hooks";
import type { Edited } from "../messages/app";
import { Confirm } from "../ui/Dialog";
import { Button } from "../ui/parts";
import { Files } from "./Files";
import { useForm } from "./form";
import { SendState } from "./SendState";
import { useSend } from "./useSend";

interface UpdateProps {
  instance: Edited;
  onDone: () => void;
  onCancel: () => void;
  /** The form is to make a new instance instead. */
  onApart: () => void;
}

const WORK = "The server checks tasks and queues; then the instance gets what you changed.";

export function UpdateBar({ instance, onDone, onCancel, onApart }: UpdateProps) {
  const { store } = useForm();
  const [asking, setAsking] = useState(false);
  const { busy, waiting, error, send, bar } = useSend<"update">();
  const save = async () => {
    if ((await send("update", { instance: instance.id, base: instance.base })) !== null) onDone();
  };
  return (
    <footer class="csw-launch" ref={bar}>
      <p class="csw-note">
        Changes <bdi>{instance.name}</bdi>. It takes them over within seconds; items that stay keep their place.
      </p>
      <div class="csw-row csw-launch-buttons">
        <Files />
        <Button kind="quiet" disabled={busy !== ""} onClick={() => (store.state.edited ? setAsking(true) : onCancel())}>
          Cancel
        </Button>
        <Button kind="primary" busy={busy !== ""} onClick={() => void save()}>
          {waiting === "cell" ? "Waiting for the running cell …" : busy ? "Saving …" : "Save changes"}
        </Button>
      </div>
      <SendState waiting={waiting} error={error} work={WORK} />
      {error ? (
        <p class="csw-note">
          What you have changed is still here. If the instance is gone or cannot take it,{" "}
          <button type="button" class="csw-link" onClick={onApart}>
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
