// The two tables and the log of a dashboard as this page holds them; they live as long as the view.

import type { DashboardTraits } from "../messages/dashboard";
import { EXECUTED_COLUMNS, type ExecutedRow, SCHEDULED_COLUMNS, type ScheduledRow } from "../messages/tables";
import type { ViewModel } from "../model";
import { LogStore } from "../state/log";
import { EVERYTHING } from "../state/tableQuery";
import { TableStore } from "../state/tableStore";

export interface Tables {
  instance: string;
  executed: TableStore<ExecutedRow>;
  scheduled: TableStore<ScheduledRow>;
  log: LogStore;
}

export const EXECUTED_CHOICES = [
  ["status", "Status"],
  ["cause", "Cause"],
  ["item_name", "Item"],
] as const;
export const SCHEDULED_CHOICES = [
  ["state", "State"],
  ["kind", "Kind"],
  ["queue", "Queue"],
  ["project", "Target project"],
] as const;

const known = new WeakMap<ViewModel<DashboardTraits>, Tables>();
const columnsOf = (choices: readonly (readonly [string, string])[]) => choices.map(([column]) => column);

/** Search and filters begin anew with each instance; the chosen columns stay. */
export function tablesOf(model: ViewModel<DashboardTraits>, instance: string): Tables {
  let tables = known.get(model);
  if (tables === undefined) {
    tables = {
      instance,
      executed: new TableStore(model, "executed", EXECUTED_COLUMNS, columnsOf(EXECUTED_CHOICES)),
      scheduled: new TableStore(model, "scheduled", SCHEDULED_COLUMNS, columnsOf(SCHEDULED_CHOICES)),
      log: new LogStore(model),
    };
    known.set(model, tables);
  }
  if (tables.instance !== instance) {
    tables.instance = instance;
    tables.executed.ask(EVERYTHING);
    tables.scheduled.ask(EVERYTHING);
  }
  return tables;
}
