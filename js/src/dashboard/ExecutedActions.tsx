// The buttons at the end of a row of executed tasks.
import type { ExecutedRow } from "../messages/tables";
import { isolateDirection } from "../state/bidi";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { CommandButton } from "./CommandButton";
import { CommandDialog } from "./CommandDialog";
import type { RowProps } from "./rowContext";
import { ACTIVE, TAKES_COMMANDS } from "./status";

type ActionsProps = Omit<RowProps<ExecutedRow>, "now"> & { onAsk: (what: "abort" | "console") => void };

export function ExecutedActions({ row, view, commands, onAsk }: ActionsProps) {
  const active = ACTIVE.includes(row.status);
  const name = isolateDirection(row.name);
  const canLaunch = TAKES_COMMANDS.includes(view.status);
  return (
    <>
      {active && row.task ? (
        <Button kind="quiet" label={`Abort ${name}`} onClick={() => onAsk("abort")}>
          <Icon name="stop" />
        </Button>
      ) : active ? null : (
        <CommandButton
          commands={commands}
          action="rerun"
          about={row.run}
          payload={{ run: row.run }}
          kind="quiet"
          disabled={!canLaunch}
          label={`Retry ${name}`}
        >
          <Icon name="retry" />
        </CommandButton>
      )}
      {row.task ? (
        <Button kind="quiet" label={`Log of ${name}`} onClick={() => onAsk("console")}>
          <Icon name="lines" />
        </Button>
      ) : null}
    </>
  );
}

type AbortProps = Pick<RowProps<ExecutedRow>, "row" | "commands"> & { onClose: () => void };

export function AbortDialog({ row, commands, onClose }: AbortProps) {
  const queued = row.status === "queued";
  return (
    <CommandDialog
      title={
        <>
          Abort <bdi>{row.name}</bdi>?
        </>
      }
      action="Abort it"
      cancel="Let it run"
      command="abort"
      about={row.run}
      payload={{ run: row.run }}
      {...{ commands, onClose }}
    >
      <p>
        {queued ? "It is taken off its queue." : "Its agent stops it; what it has computed so far stays in ClearML."}
      </p>
    </CommandDialog>
  );
}
