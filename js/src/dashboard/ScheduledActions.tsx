// The buttons at the end of a row of scheduled tasks.
import type { ScheduledRow } from "../messages";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import type { RowProps } from "./rowActions";

export function ScheduledActions({ row, view, commands }: RowProps<ScheduledRow>) {
  const can = view.status === "running" || view.status === "paused";
  return (
    <Button
      kind="quiet"
      label={`Run ${row.name} now`}
      disabled={!can}
      busy={commands.busy === `run_now${row.item}`}
      onClick={() => void commands.run("run_now", { item: row.item }, row.item)}
    >
      <Icon name="play" />
    </Button>
  );
}
