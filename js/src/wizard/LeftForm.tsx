// Forms that went without being saved: offered where another one begins, and announced while their kernel is gone.
import { useEffect, useState } from "preact/hooks";
import type { Edited } from "../messages/app";
import { relative } from "../state/format";
import { isHeld, onHeld } from "../state/held";
import { forgetForm, type Left, leftForms } from "../state/left";
import { alike } from "../state/openForm";
import { useUid } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button, useNow } from "../ui/parts";
import { useForm } from "./form";

const RENEW_MS = 30_000;

interface LeftProps {
  /** The instance that this form changes: only its own edits are offered. */
  editing: Edited | null;
  /** The edits that are brought back began from this version. */
  onRebase: ((base: string) => void) | undefined;
}

/** In a form that nobody has typed in: what was typed in those before it. */
export function LeftForms({ editing, onRebase }: LeftProps) {
  const { store, id } = useForm();
  const [found, read] = useLeft(id);
  if (store.state.edited) return null;
  const fits = (left: Left) => editing === null || left.instance === editing.id;
  const offered = found.filter((left) => fits(left) && !alike(left.data, store.data));
  const bringBack = (left: Left) => {
    forgetForm(left.form); // it is this form's from now on
    if (editing !== null) onRebase?.(left.base);
    store.bringBack(left.data);
  };
  return (
    <>
      {offered.map((left) => (
        <Offer
          key={left.form}
          left={left}
          action={editing !== null ? "Bring them back" : left.instance ? "Take them as a new one" : "Bring it back"}
          onTake={() => bringBack(left)}
          onForget={() => {
            forgetForm(left.form);
            read();
          }}
        />
      ))}
    </>
  );
}

interface OfferProps {
  left: Left;
  action: string;
  onTake: () => void;
  onForget: () => void;
}

function Offer({ left, action, onTake, onForget }: OfferProps) {
  const id = useUid();
  const now = useNow(RENEW_MS);
  return (
    <div class="csw-undo csw-left">
      <span id={id} class="csw-undo-text">
        <span role="status">
          {left.instance ? (
            <>
              Your changes of <bdi>{left.changes}</bdi> were not saved.
            </>
          ) : (
            <>
              A form that you had begun (<bdi>{String(left.data.name || "without a name")}</bdi>) was neither saved nor
              launched.
            </>
          )}
        </span>{" "}
        <span class="csw-muted">{relative(left.at, Math.max(now, left.at))}</span>
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

/** What forms have left that are not open any more, and this one; and a function that looks again. */
function useLeft(id: string): [Left[], () => void] {
  const look = () => leftForms().filter(({ form }) => form === id || !isHeld(form));
  const [found, setFound] = useState(look);
  const read = () => setFound(look());
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same for each rendering
  useEffect(() => {
    read(); // forms of this page that were drawn together with this one are known by now
    return onHeld(read);
  }, [id]);
  return [found, read];
}

/** The kernel was restarted or shut down while the form was open. */
export function KernelGone({ editing }: { editing: Edited | null }) {
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
