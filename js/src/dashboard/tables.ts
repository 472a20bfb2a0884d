// The two tables and the log of a dashboard. They live as long as the view; the user's columns, sort and filters are
// saved in the browser.

import type { DashboardTraits } from "../messages/dashboard";
import { EXECUTED_COLUMNS, type ExecutedRow, SCHEDULED_COLUMNS, type ScheduledRow } from "../messages/tables";
import type { ViewModel } from "../model";
import { LogStore } from "../state/log";
import { loadColumns, loadQuery, saveColumns, saveQuery } from "../state/tableSettings";
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

const tablesByModel = new WeakMap<ViewModel<DashboardTraits>, Tables>();
const names = (choices: readonly (readonly [string, string])[]) => choices.map(([column]) => column);

/** The tables of an instance. All instances share the chosen columns; each has its own sort and filters. */
export function tablesOf(model: ViewModel<DashboardTraits>, instance: string): Tables {
  let tables = tablesByModel.get(model);
  if (tables === undefined) {
    tables = {
      instance: "",
      executed: new TableStore(model, "executed", EXECUTED_COLUMNS, names(EXECUTED_CHOICES)),
      scheduled: new TableStore(model, "scheduled", SCHEDULED_COLUMNS, names(SCHEDULED_CHOICES)),
      log: new LogStore(model),
    };
    tablesByModel.set(model, tables);
    persistSettings(tables, tables.executed);
    persistSettings(tables, tables.scheduled);
  }
  if (tables.instance !== instance) {
    tables.instance = instance;
    tables.executed.setQuery(loadQuery("executed", instance, EXECUTED_COLUMNS));
    tables.scheduled.setQuery(loadQuery("scheduled", instance, SCHEDULED_COLUMNS));
  }
  return tables;
}

/** Saves the user's choices in the browser from now on. */
function persistSettings<Row extends object>(tables: Tables, store: TableStore<Row>): void {
  store.columns = loadColumns(store.table);
  let { columns, query } = store;
  store.subscribe(() => {
    if (store.columns !== columns) saveColumns(store.table, store.columns);
    if (store.query !== query) saveQuery(store.table, tables.instance, store.query);
    ({ columns, query } = store);
  });
}
