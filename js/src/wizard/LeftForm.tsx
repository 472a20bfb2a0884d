// A form that went without being saved: offered where a blank one is shown, and announced while its kernel is gone.
import { useState } from "preact/hooks";
import { forgetForm, leftForm } from "../state/left";
import { unfinished } from "../state/openForm";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { useForm } from "./form";

/** In a blank form: what was typed in the one before it. */
export function LeftForm() {
  const { store } = useForm();
  const [left, setLeft] = useState(leftForm);
  if (left === null || store.state.edited || unfinished(store.data) !== null) return null;
  const name = String(left.data.name || "without a name");
  return (
    <div class="csw-undo csw-left">
      <span class="csw-undo-text" role="status">
        {left.changes ? (
          <>
            Your changes of <bdi>{left.changes}</bdi> were not saved.
          </>
        ) : (
          <>
            A form that you had begun (<bdi>{name}</bdi>) was neither saved nor launched.
          </>
        )}
      </span>
      <Button onClick={() => store.bringBack(left.data)}>
        {left.changes ? "Take them as a new one" : "Bring it back"}
      </Button>
      <Button
        kind="quiet"
        label="Forget it"
        onClick={() => {
          forgetForm();
          setLeft(null);
        }}
      >
        <Icon name="close" />
      </Button>
    </div>
  );
}

/** The kernel was restarted or shut down while the form was open. */
export function KernelGone() {
  return (
    <div class="csw-banner csw-banner-warning csw-dangers" role="alert">
      <div>
        <strong>The kernel is gone</strong>
        <p>
          It was restarted or shut down. What you have entered is kept in this browser tab: run this cell again, and the
          new form offers it. What ran in the kernel goes on with <code>resume()</code>, or from the dashboard.
        </p>
      </div>
    </div>
  );
}
