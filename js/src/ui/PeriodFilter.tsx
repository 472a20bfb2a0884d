// A filter by time: the last hours or days, or from and to.
import { useState } from "preact/hooks";
import { serverNow } from "../state/clock";
import { formatDatetimeLocal, parseDatetimeLocal } from "../state/datetimeLocal";
import type { TableStore } from "../state/tableStore";
import { useTimeFormat } from "../state/timeFormat";
import { SelectField, TextField } from "./fields";

const HOUR = 3_600_000;
const PERIODS = [
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

export function PeriodFilter<Row extends object>({ store, columns }: PeriodProps<Row>) {
  const { utc } = useTimeFormat();
  const { period } = store.query;
  const [column, setColumn] = useState(period?.column ?? columns[0]?.[0] ?? "");
  const [choice, setChoice] = useState(period ? "custom" : "");
  const [from, setFrom] = useState(() => formatDatetimeLocal(period?.start ?? null, utc));
  const [to, setTo] = useState(() => formatDatetimeLocal(period?.end ?? null, utc));
  const applyPeriod = (by: string, which: string, begin: string, end: string) => {
    const start = which === "custom" ? parseDatetimeLocal(begin, utc) : serverNow() - Number(which) * HOUR;
    const until = which === "custom" ? parseDatetimeLocal(end, utc) : null;
    const none = which === "" || (start === null && until === null);
    store.setQuery({ period: none ? null : { column: by, start, end: until } });
  };
  return (
    <div class="csw-stack">
      <SelectField
        label="Time of"
        value={column}
        options={columns}
        onInput={(value) => {
          setColumn(value);
          applyPeriod(value, choice, from, to);
        }}
      />
      <SelectField
        label="Period"
        value={choice}
        options={PERIODS}
        onInput={(value) => {
          setChoice(value);
          applyPeriod(column, value, from, to);
        }}
      />
      {choice === "custom" ? (
        <>
          <TextField
            label={`From (${utc ? "UTC" : "local"})`}
            type="datetime-local"
            value={from}
            onInput={(value) => {
              setFrom(value);
              applyPeriod(column, choice, value, to);
            }}
          />
          <TextField
            label={`To (${utc ? "UTC" : "local"})`}
            type="datetime-local"
            value={to}
            onInput={(value) => {
              setTo(value);
              applyPeriod(column, choice, from, value);
            }}
          />
        </>
      ) : null}
    </div>
  );
}
