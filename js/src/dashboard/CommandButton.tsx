// A button that sends a command to the kernel and shows how far the command is.
import type { ComponentChildren } from "preact";
import type { Action } from "../messages/shared";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import type { Commands, Phase } from "./useCommands";

export const WAITS_FOR_CELL = "waits for the running cell";

interface CommandButtonProps {
  commands: Commands;
  action: Action;
  /** The item or run that the command is about, if the page has several such buttons. */
  about?: string;
  payload?: object;
  /** For a button that is only an icon. */
  label?: string;
  kind?: "primary" | "plain" | "danger" | "quiet";
  disabled?: boolean;
  onDone?: () => void;
  children: ComponentChildren;
}

export function CommandButton(props: CommandButtonProps) {
  const { commands, action, about = "", payload, label, kind = "plain", disabled, onDone, children } = props;
  const phase = commands.phase(action, about);
  const send = async () => {
    if (await commands.run(action, payload, about)) onDone?.();
  };
  return (
    <Button
      kind={kind}
      {...(label && { label: phase === "waiting" ? `${label}: ${WAITS_FOR_CELL}` : label })}
      {...(disabled && { disabled })}
      busy={phase !== ""}
      onClick={() => void send()}
    >
      {label && phase !== "" && phase !== "sent" ? <Icon name="clock" /> : children}
      {label ? null : <PhaseText phase={phase} />}
    </Button>
  );
}

/** Says in or beside a button that its command waits. */
function PhaseText({ phase }: { phase: Phase }) {
  if (phase !== "waiting") return null;
  return <span class="csw-waits"> · {WAITS_FOR_CELL}</span>;
}
