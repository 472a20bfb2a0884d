// The button that runs all items of an instance once, now, with its confirmation.
import { useState } from "preact/hooks";
import type { InstanceHead } from "../messages/dashboard";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { CommandDialog } from "./CommandDialog";
import { KEPT, TAKES_COMMANDS } from "./status";
import type { Commands } from "./useCommands";

interface RunAllProps {
  view: InstanceHead;
  commands: Commands;
}

export function RunAll({ view, commands }: RunAllProps) {
  const [asking, setAsking] = useState(false);
  const canLaunch = TAKES_COMMANDS.includes(view.status);
  if (!canLaunch || view.enabled === 0) return null;
  const items = itemsText(view.enabled);
  return (
    <>
      <Button onClick={() => setAsking(true)}>
        <Icon name="play" /> Run all now
      </Button>
      {asking ? (
        <CommandDialog
          title={`Launch ${items} now?`}
          action={`Launch ${items}`}
          kind="primary"
          command="run_all"
          payload={{}}
          commands={commands}
          onClose={() => setAsking(false)}
        >
          <p>
            Each schedule and each trigger runs once, outside of its times and events and whatever its policies.
            {view.disabled > 0 ? ` Disabled ones are left out (${view.disabled.toLocaleString("en")}).` : ""}
            {view.status === "paused" ? " The instance stays paused." : ""}
            {view.status === "silent" ? ` ${KEPT}` : ""}
          </p>
        </CommandDialog>
      ) : null}
    </>
  );
}

const itemsText = (count: number) => `${count.toLocaleString("en")} ${count === 1 ? "item" : "items"}`;
