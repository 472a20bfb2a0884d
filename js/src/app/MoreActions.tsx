// What one does with an instance beside running it: look at its configuration, copy it, move it, delete it.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ALIVE } from "../dashboard/status";
import type { Configuration } from "../messages/app";
import type { InstanceBrief } from "../messages/instances";
import type { ViewModel } from "../model";
import { words } from "../state/format";
import type { Data } from "../state/toData";
import { Confirm, Dialog } from "../ui/Dialog";
import { Icon } from "../ui/icons";
import { Menu } from "../ui/Menu";
import { Button } from "../ui/parts";
import { ConfigurationDialog } from "./ConfigurationDialog";

interface MoreProps {
  model: Pick<ViewModel, "request">;
  instance: InstanceBrief;
  web: string | undefined;
  /** The button that moves it to a service. */
  move: ComponentChildren;
  /** A form is to be filled with this definition. */
  onClone: (data: Data) => void;
}

const MORE = (
  <>
    More <Icon name="down" />
  </>
);

export function MoreActions({ model, instance, web, move, onClone }: MoreProps) {
  const [configuration, setConfiguration] = useState<Configuration | null>(null);
  const [deleting, setDeleting] = useState(false);
  const { busy, error, ask, clear } = useAsk(model, instance.id);
  const view = async () => {
    const found = await ask<Configuration>("configuration");
    if (found) setConfiguration(found);
  };
  const clone = async () => {
    const found = await ask<{ data: Data }>("clone");
    if (found) onClone(found.data);
  };
  const close = () => {
    clear();
    setDeleting(false);
  };
  return (
    <>
      <Menu title="More actions" label={MORE} actions busy={busy !== ""}>
        <Button busy={busy === "configuration"} onClick={() => void view()}>
          <Icon name="list" /> Configuration
        </Button>
        <Button busy={busy === "clone"} onClick={() => void clone()}>
          <Icon name="copy" /> Clone
        </Button>
        {move}
        <Button onClick={() => setDeleting(true)}>
          <Icon name="trash" /> Delete …
        </Button>
      </Menu>
      {error && !deleting ? (
        <p class="csw-note csw-note-error" role="alert">
          {error}
        </p>
      ) : null}
      {configuration ? (
        <ConfigurationDialog configuration={configuration} web={web} onClose={() => setConfiguration(null)} />
      ) : null}
      {deleting ? (
        <Delete
          instance={instance}
          busy={busy === "delete"}
          error={error}
          onConfirm={() => void ask("delete")}
          onClose={close}
        />
      ) : null}
    </>
  );
}

interface DeleteProps {
  instance: InstanceBrief;
  busy: boolean;
  error: string;
  onConfirm: () => void;
  onClose: () => void;
}

/** Ends by itself: what is deleted is no longer shown, and neither is this. */
function Delete({ instance, busy, error, onConfirm, onClose }: DeleteProps) {
  const name = <bdi>{instance.name}</bdi>;
  if (ALIVE.includes(instance.status)) {
    const actions = <Button onClick={onClose}>Close</Button>;
    return (
      <Dialog title={<>{name} cannot be deleted now</>} role="alertdialog" onClose={onClose} actions={actions}>
        <p>It is {words(instance.status)}. Stop it first; then it can be deleted.</p>
      </Dialog>
    );
  }
  return (
    <Confirm
      title={<>Delete {name}?</>}
      action="Delete"
      cancel="Keep it"
      busy={busy}
      error={error}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <p>Its configuration, its log and its tables are deleted from the server. This cannot be undone.</p>
      <p>The tasks that it launched are kept.</p>
    </Confirm>
  );
}

type Wanted = "configuration" | "clone" | "delete";

function useAsk(model: Pick<ViewModel, "request">, instance: string) {
  const [busy, setBusy] = useState<Wanted | "">("");
  const [error, setError] = useState("");
  const ask = async <Result,>(action: Wanted): Promise<Result | null> => {
    setBusy(action);
    setError("");
    try {
      return await model.request<Result>(action, { instance });
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
      return null;
    } finally {
      setBusy("");
    }
  };
  return { busy, error, ask, clear: () => setError("") };
}
