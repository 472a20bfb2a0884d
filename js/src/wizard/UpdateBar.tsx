// The buttons of a form that changes an instance which exists.
import { useRef, useState } from "preact/hooks";
import type { Edited } from "../messages/app";
import { ask, type Waiting } from "../state/asking";
import { Confirm } from "../ui/Dialog";
import { Button } from "../ui/parts";
import { Files } from "./Files";
import { useForm } from "./form";
import { focusProblem, Refusal, WAITING } from "./LaunchBar";
import { message, problemsOf } from "./refusals";

interface UpdateProps {
  instance: Edited;
  onDone: () => void;
  onCancel: () => void;
}

export function UpdateBar({ instance, onDone, onCancel }: UpdateProps) {
  const { store } = useForm();
  const [asking, setAsking] = useState(false);
  const bar = useRef<HTMLElement>(null);
  const { busy, waiting, error, send } = useUpdate(instance.id, onDone, () => focusProblem(bar.current));
  return (
    <footer class="csw-launch" ref={bar}>
      <p class="csw-note">
        Changes <bdi>{instance.name}</bdi>. It takes them over within seconds; items that stay keep their place.
      </p>
      <div class="csw-row csw-launch-buttons">
        <Files />
        <Button kind="quiet" disabled={busy} onClick={() => (store.state.edited ? setAsking(true) : onCancel())}>
          Cancel
        </Button>
        <Button kind="primary" busy={busy} onClick={() => void send()}>
          {waiting === "cell" ? "Waiting for the running cell …" : "Save changes"}
        </Button>
      </div>
      <Refusal error={error} />
      {waiting ? (
        <p class="csw-note" role="status">
          {WAITING[waiting]}
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

function useUpdate(instance: string, onDone: () => void, onRefused: () => void) {
  const { store, model } = useForm();
  const [busy, setBusy] = useState(false);
  const [waiting, setWaiting] = useState<Waiting>("");
  const [error, setError] = useState("");
  const send = async () => {
    setBusy(true);
    setError("");
    try {
      await ask(model, "update", { instance, data: store.data }, setWaiting);
      onDone();
    } catch (reason) {
      const problems = problemsOf(reason);
      store.refuse(problems);
      setError(problems.length > 0 ? "" : message(reason));
      onRefused();
    } finally {
      setBusy(false);
    }
  };
  return { busy, waiting, error, send };
}
