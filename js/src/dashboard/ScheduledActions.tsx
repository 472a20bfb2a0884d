// The buttons at the end of a row of scheduled tasks.
import { useState } from "preact/hooks";
import type { ScheduledRow } from "../messages/tables";
import { useTrait } from "../model";
import { isolateDirection } from "../state/bidi";
import { TextField } from "../ui/fields";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { CommandButton } from "./CommandButton";
import { CommandDialog } from "./CommandDialog";
import type { RowProps } from "./rowContext";
import { SET_ASIDE, TAKES_COMMANDS } from "./status";

type ActionsProps = Omit<RowProps<ScheduledRow>, "now"> & { onPause: () => void };

export function ScheduledActions({ model, row, view, commands, onPause }: ActionsProps) {
  const code = useTrait(model, "reasons")[row.item]?.code;
  const name = isolateDirection(row.name);
  const canLaunch = TAKES_COMMANDS.includes(view.status);
  const common = { commands, about: row.item, kind: "quiet", disabled: !canLaunch } as const;
  return (
    <>
      <CommandButton {...common} action="run_now" payload={{ item: row.item }} label={`Run ${name} now`}>
        <Icon name="play" />
      </CommandButton>
      {code === SET_ASIDE ? (
        <CommandButton {...common} action="resume_item" payload={{ item: row.item }} label={`Try ${name} again`}>
          <Icon name="retry" />
        </CommandButton>
      ) : code === "paused" ? (
        <CommandButton {...common} action="resume_item" payload={{ item: row.item }} label={`Resume ${name}`}>
          <Icon name="resume" />
        </CommandButton>
      ) : (
        <Button kind="quiet" label={`Pause ${name}`} disabled={!canLaunch} onClick={onPause}>
          <Icon name="pause" />
        </Button>
      )}
    </>
  );
}

type PauseProps = Pick<RowProps<ScheduledRow>, "row" | "commands"> & { onClose: () => void };

export function PauseDialog({ row, commands, onClose }: PauseProps) {
  const [note, setNote] = useState("");
  return (
    <CommandDialog
      title={
        <>
          Pause <bdi>{row.name}</bdi>?
        </>
      }
      action="Pause"
      kind="primary"
      command="pause_item"
      about={row.item}
      payload={{ item: row.item, note }}
      {...{ commands, onClose }}
    >
      <p>Its times and events are left out until it is resumed. Runs under way go on.</p>
      <TextField label="Why? (optional)" value={note} onInput={setNote} />
    </CommandDialog>
  );
}
