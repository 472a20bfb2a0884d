// A confirmation dialog for a command. It stays open until the command is done, and shows progress and refusals.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Action } from "../messages/shared";
import { Confirm } from "../ui/Dialog";
import { ProgressBar } from "../ui/ProgressBar";
import { WAITS_FOR_CELL } from "./CommandButton";
import type { Commands } from "./useCommands";

interface CommandDialogProps {
  title: ComponentChildren;
  /** The text of the button that confirms. */
  action: string;
  kind?: "primary" | "danger";
  command: Action;
  about?: string;
  payload: object;
  commands: Commands;
  children: ComponentChildren;
  cancel?: string;
  onClose: () => void;
}

export function CommandDialog(props: CommandDialogProps) {
  const { command, about = "", payload, commands, children, onClose, ...rest } = props;
  const [tried, setTried] = useState(false);
  const phase = commands.phase(command, about);
  const confirm = async () => {
    setTried(true);
    if (await commands.run(command, payload, about)) onClose();
  };
  return (
    <Confirm
      {...rest}
      busy={phase !== ""}
      {...(tried && commands.error && { error: commands.error })}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      {children}
      {commands.longRunning.includes(command) ? <ProgressBar label="The kernel works on it" /> : null}
      {phase === "waiting" ? (
        <p class="csw-note" role="status">
          It {WAITS_FOR_CELL} and is carried out after it, once.
        </p>
      ) : null}
    </Confirm>
  );
}
