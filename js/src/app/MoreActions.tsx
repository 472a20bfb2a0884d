// The menu with the rarer actions of an instance: show its configuration, clone, move to a service, delete.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ALIVE } from "../dashboard/status";
import type { Configuration } from "../messages/app";
import type { InstanceBrief } from "../messages/instances";
import type { ViewModel } from "../model";
import { spaced } from "../state/format";
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
  /** The button that moves the instance to a service. */
  move: ComponentChildren;
  /** Opens a form that is filled with this definition. */
  onClone: (data: Data) => void;
}

const MORE_LABEL = (
  <>
    More <Icon name="down" />
  </>
);

export function MoreActions({ model, instance, web, move, onClone }: MoreProps) {
  const [configuration, setConfiguration] = useState<Configuration | null>(null);
  const [deleting, setDeleting] = useState(false);
  const { busy, error, request, clear } = useInstanceRequest(model, instance.id);
  const view = async () => {
    const answer = await request<Configuration>("configuration");
    if (answer) setConfiguration(answer);
  };
  const clone = async () => {
    const answer = await request<{ data: Data }>("clone");
    if (answer) onClone(answer.data);
  };
  const close = () => {
    clear();
    setDeleting(false);
  };
  return (
    <>
      <Menu title="More actions" label={MORE_LABEL} actions busy={busy !== ""}>
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
        <DeleteDialog
          instance={instance}
          busy={busy === "delete"}
          error={error}
          onConfirm={() => void request("delete")}
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

/** Asks before the instance is deleted. It closes by itself, because a deleted instance is no longer shown. */
function DeleteDialog({ instance, busy, error, onConfirm, onClose }: DeleteProps) {
  const name = <bdi>{instance.name}</bdi>;
  if (ALIVE.includes(instance.status)) {
    const actions = <Button onClick={onClose}>Close</Button>;
    return (
      <Dialog title={<>{name} cannot be deleted now</>} role="alertdialog" onClose={onClose} actions={actions}>
        <p>It is {spaced(instance.status)}. Stop it first; then it can be deleted.</p>
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

type InstanceAction = "configuration" | "clone" | "delete";

function useInstanceRequest(model: Pick<ViewModel, "request">, instance: string) {
  const [busy, setBusy] = useState<InstanceAction | "">("");
  const [error, setError] = useState("");
  const request = async <Result,>(action: InstanceAction): Promise<Result | null> => {
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
  return { busy, error, request, clear: () => setError("") };
}
