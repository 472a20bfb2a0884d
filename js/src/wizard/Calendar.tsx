// Two months with the number of runs of each day, and the runs of the chosen day.
import { useEffect, useRef, useState } from "preact/hooks";
import type { DayCount } from "../messages/wizard";
import {
  addMonths,
  countText,
  countWords,
  dateAfterKey,
  dateName,
  fillLevel,
  monthName,
  monthOf,
  weeksOfMonth,
} from "../state/calendar";
import { serverNow } from "../state/clock";
import { dateIn } from "../state/zones";
import { Group } from "../ui/Group";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { DayList } from "./DayList";
import { useForm } from "./form";
import { DAY_OPTIONS } from "./options";
import type { OutlookView } from "./useOutlook";

export function Calendar({ outlook }: { outlook: OutlookView }) {
  const { store, draft } = useForm();
  const known = draft.schedules.some((item) => store.state.review?.items[item.id]);
  return known ? <Months outlook={outlook} /> : null;
}

function Months({ outlook }: { outlook: OutlookView }) {
  const { month, day } = outlook;
  const today = outlook.outlook?.today ?? dateIn(serverNow(), outlook.zone);
  const counts = new Map((outlook.outlook?.days ?? []).map((each) => [each.date, each]));
  const months = [month, addMonths(month, 1)];
  const focus = useFocusDay(outlook, today);
  const isFirst = month <= monthOf(today);
  return (
    <Group class="csw-preview-part" label="Calendar">
      <div class="csw-calendar-head">
        <h3>Calendar</h3>
        <Button
          kind="quiet"
          label="Earlier months"
          disabled={isFirst}
          onClick={() => outlook.setMonth(addMonths(month, -1))}
        >
          <Icon name="left" />
        </Button>
        <Button kind="quiet" label="Later months" onClick={() => outlook.setMonth(addMonths(month, 1))}>
          <Icon name="right" />
        </Button>
      </div>
      <div class="csw-months" ref={focus.frame}>
        {months.map((each) => (
          <Month
            key={each}
            month={each}
            counts={counts}
            today={today}
            day={day}
            tabStop={focus.stop}
            onDay={(date) => outlook.setDay(date === day ? null : date)}
            onKey={focus.onKey}
          />
        ))}
      </div>
      {outlook.outlook?.left_out ? (
        <p class="csw-note">Too many schedules for a calendar: {outlook.outlook.left_out} of them are not counted.</p>
      ) : null}
      {day === null ? null : <DayList outlook={outlook} day={day} count={counts.get(day)} />}
    </Group>
  );
}

/** One day of the calendar is in the tab order; keys move from it to other days and months. */
function useFocusDay(outlook: OutlookView, today: string) {
  const frame = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string | null>(null);
  const last = addMonths(outlook.month, 2);
  const focusDate = active ?? outlook.day ?? today;
  const stop =
    focusDate >= outlook.month && focusDate < last ? focusDate : outlook.month < today ? today : outlook.month;
  useEffect(() => {
    if (active !== null) frame.current?.querySelector<HTMLElement>(`[data-date="${active}"]`)?.focus();
  }, [active]);
  const onKey = (event: KeyboardEvent, date: string) => {
    const target = dateAfterKey(event.key, date);
    if (target === null) return;
    event.preventDefault();
    const next = target < today ? today : target;
    if (next >= last) outlook.setMonth(addMonths(monthOf(next), -1));
    else if (next < outlook.month) outlook.setMonth(monthOf(next));
    setActive(next);
  };
  return { frame, stop, onKey };
}

interface MonthProps {
  month: string;
  counts: ReadonlyMap<string, DayCount>;
  today: string;
  day: string | null;
  tabStop: string;
  onDay: (date: string) => void;
  onKey: (event: KeyboardEvent, date: string) => void;
}

function Month({ month, counts, ...rest }: MonthProps) {
  const highest = Math.max(1, ...[...counts.values()].map((each) => each.count));
  return (
    <table class="csw-month">
      <caption>{monthName(month)}</caption>
      <thead>
        <tr>
          {DAY_OPTIONS.map(([, name]) => (
            <th key={name} scope="col" abbr={name}>
              <span aria-hidden="true">{name.slice(0, 2)}</span>
              <span class="csw-hidden">{name}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOfMonth(month, rest.today).map((week) => (
          <tr key={week.find(Boolean)}>
            {week.map((date, index) => (
              <td key={index}>
                {date === null ? null : <Day date={date} dayCount={counts.get(date)} highest={highest} {...rest} />}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface DayProps extends Omit<MonthProps, "month" | "counts"> {
  date: string;
  dayCount: DayCount | undefined;
  highest: number;
}

function Day({ date, dayCount, highest, today, day, tabStop, onDay, onKey }: DayProps) {
  const { count, more } = dayCount ?? { count: 0, more: false };
  const past = date < today;
  return (
    <button
      type="button"
      class={`csw-day csw-level-${fillLevel(count, highest)} ${date === today ? "csw-today" : ""}`}
      data-date={date}
      disabled={past}
      aria-label={`${dateName(date)}: ${countWords(count, more)}`}
      aria-pressed={date === day}
      tabIndex={date === tabStop ? 0 : -1}
      onClick={() => onDay(date)}
      onKeyDown={(event) => onKey(event, date)}
    >
      <span>{Number(date.slice(8))}</span>
      {count > 0 ? <span class="csw-day-count">{countText(count, more)}</span> : null}
    </button>
  );
}
