// A button that asks the kernel for something, and shows how far that is.
import type { ComponentChildren } from "preact";
import type { Action } from "../messages/shared";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import type { Commands, Phase } from "./useCommands";

export const WAITS = "waits for the running cell";

interface CommandButtonProps {
  commands: Commands;
  action: Action;
  /** What it is about, where several such buttons are on the page. */
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
      {...(label && { label: phase === "waiting" ? `${label}: ${WAITS}` : label })}
      {...(disabled && { disabled })}
      busy={phase !== ""}
      onClick={() => void send()}
    >
      {label && phase !== "" && phase !== "sent" ? <Icon name="clock" /> : children}
      {label ? null : <PhaseText phase={phase} />}
    </Button>
  );
}

/** Beside or in a button: that it waits. */
function PhaseText({ phase }: { phase: Phase }) {
  if (phase !== "waiting") return null;
  return <span class="csw-waits"> · {WAITS}</span>;
}
