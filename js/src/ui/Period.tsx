// A period of time as a filter: the last hours or days, or from and to.
import { useState } from "preact/hooks";
import { fromLocal, toLocal } from "../state/period";
import type { TableStore } from "../state/tableStore";
import { useTimes } from "../state/times";
import { SelectField, TextField } from "./fields";

const HOUR = 3_600_000;
const LASTS = [
  ["", "any time"],
  ["1", "the last hour"],
  ["24", "the last 24 hours"],
  ["168", "the last 7 days"],
  ["720", "the last 30 days"],
  ["custom", "from … to …"],
] as const;

interface PeriodProps<Row extends object> {
  store: TableStore<Row>;
  columns: readonly (readonly [column: string, title: string])[];
}

export function Period<Row extends object>({ store, columns }: PeriodProps<Row>) {
  const { utc } = useTimes();
  const { period } = store.query;
  const [column, setColumn] = useState(period?.column ?? columns[0]?.[0] ?? "");
  const [last, setLast] = useState(period ? "custom" : "");
  const [from, setFrom] = useState(() => toLocal(period?.start ?? null, utc));
  const [to, setTo] = useState(() => toLocal(period?.end ?? null, utc));
  const ask = (by: string, which: string, begin: string, end: string) => {
    const start = which === "custom" ? fromLocal(begin, utc) : Date.now() - Number(which) * HOUR;
    const until = which === "custom" ? fromLocal(end, utc) : null;
    const none = which === "" || (start === null && until === null);
    store.ask({ period: none ? null : { column: by, start, end: until } });
  };
  return (
    <div class="csw-stack">
      <SelectField
        label="Time of"
        value={column}
        options={columns}
        onInput={(value) => {
          setColumn(value);
          ask(value, last, from, to);
        }}
      />
      <SelectField
        label="Period"
        value={last}
        options={LASTS}
        onInput={(value) => {
          setLast(value);
          ask(column, value, from, to);
        }}
      />
      {last === "custom" ? (
        <>
          <TextField
            label={`From (${utc ? "UTC" : "local"})`}
            type="datetime-local"
            value={from}
            onInput={(value) => {
              setFrom(value);
              ask(column, last, value, to);
            }}
          />
          <TextField
            label={`To (${utc ? "UTC" : "local"})`}
            type="datetime-local"
            value={to}
            onInput={(value) => {
              setTo(value);
              ask(column, last, from, value);
            }}
          />
        </>
      ) : null}
    </div>
  );
}
