// The two tables and the log of a dashboard as this page holds them. They live as long as the view; what was chosen for
// them lives longer.

import type { DashboardTraits } from "../messages/dashboard";
import { EXECUTED_COLUMNS, type ExecutedRow, SCHEDULED_COLUMNS, type ScheduledRow } from "../messages/tables";
import type { ViewModel } from "../model";
import { keepColumns, keepQuery, keptColumns, keptQuery } from "../state/kept";
import { LogStore } from "../state/log";
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

/** The chosen columns are the same for all instances; each has a sort and filters of its own. */
export function tablesOf(model: ViewModel<DashboardTraits>, instance: string): Tables {
  let tables = known.get(model);
  if (tables === undefined) {
    tables = {
      instance: "",
      executed: new TableStore(model, "executed", EXECUTED_COLUMNS, columnsOf(EXECUTED_CHOICES)),
      scheduled: new TableStore(model, "scheduled", SCHEDULED_COLUMNS, columnsOf(SCHEDULED_CHOICES)),
      log: new LogStore(model),
    };
    known.set(model, tables);
    keep(tables, tables.executed);
    keep(tables, tables.scheduled);
  }
  if (tables.instance !== instance) {
    tables.instance = instance;
    tables.executed.ask(keptQuery("executed", instance, EXECUTED_COLUMNS));
    tables.scheduled.ask(keptQuery("scheduled", instance, SCHEDULED_COLUMNS));
  }
  return tables;
}

/** Has the browser keep what is chosen from now on. */
function keep<Row extends object>(tables: Tables, store: TableStore<Row>): void {
  store.columns = keptColumns(store.table);
  let { columns, query } = store;
  store.subscribe(() => {
    if (store.columns !== columns) keepColumns(store.table, store.columns);
    if (store.query !== query) keepQuery(store.table, tables.instance, store.query);
    ({ columns, query } = store);
  });
}
