// Months as grids of days. Dates are texts such as 2026-12-01, so that no time zone can shift them.

const DAY_MS = 86_400_000;
export const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

const toTimestamp = (date: string) => Date.parse(`${date}T00:00:00Z`);
const toDate = (at: number) => new Date(at).toISOString().slice(0, 10);

/** The first day of the month of a date. */
export const monthOf = (date: string) => `${date.slice(0, 7)}-01`;

const addDays = (date: string, count: number) => toDate(toTimestamp(date) + count * DAY_MS);

/** The first day of the month that is `count` months later. */
export function addMonths(date: string, count: number): string {
  const index = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + count;
  return `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}-01`;
}

export const monthName = (date: string) => `${MONTHS[Number(date.slice(5, 7)) - 1]} ${date.slice(0, 4)}`;

/** `1 December 2026` */
export const dateName = (date: string) => `${Number(date.slice(8))} ${monthName(date)}`;

/**
 * The weeks of a month from Monday to Sunday, without weeks that ended before `today`. Days of other months are null.
 */
export function weeksOfMonth(month: string, today: string): (string | null)[][] {
  const first = monthOf(month);
  const offset = (new Date(toTimestamp(first)).getUTCDay() + 6) % 7;
  const length = (toTimestamp(addMonths(first, 1)) - toTimestamp(first)) / DAY_MS;
  const cells = Array.from({ length: Math.ceil((offset + length) / 7) * 7 }, (_, index) => {
    const day = index - offset;
    return day < 0 || day >= length ? null : addDays(first, day);
  });
  const allWeeks = Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
  return allWeeks.filter((week) => week.some((date) => date !== null && date >= today));
}

/**
 * The date that a key leads to: arrows move by day and week, Home and End within the week, Page keys by month. Null for
 * other keys.
 */
export function dateAfterKey(key: string, date: string): string | null {
  const weekday = (new Date(toTimestamp(date)).getUTCDay() + 6) % 7;
  switch (key) {
    case "ArrowLeft":
      return addDays(date, -1);
    case "ArrowRight":
      return addDays(date, 1);
    case "ArrowUp":
      return addDays(date, -7);
    case "ArrowDown":
      return addDays(date, 7);
    case "Home":
      return addDays(date, -weekday);
    case "End":
      return addDays(date, 6 - weekday);
    case "PageUp":
      return sameDayOfMonth(date, -1);
    case "PageDown":
      return sameDayOfMonth(date, 1);
    default:
      return null;
  }
}

/** The same day of another month, or the last day of a shorter month. */
function sameDayOfMonth(date: string, months: number): string {
  const first = addMonths(date, months);
  const last = addDays(addMonths(first, 1), -1);
  const sameDay = `${first.slice(0, 8)}${date.slice(8)}`;
  return sameDay > last ? last : sameDay;
}

/** A count as short text, such as `12`, `99+` or `2k`; `countWords` is the form for screen readers. */
export function countText(count: number, more: boolean): string {
  const short = count >= 1000 ? `${Math.floor(count / 1000)}k` : String(count);
  return more || (count >= 1000 && count % 1000 !== 0) ? `${short}+` : short;
}

export function countWords(count: number, more: boolean): string {
  if (count === 0) return "no runs";
  return `${more ? "at least " : ""}${count.toLocaleString("en")} ${count === 1 ? "run" : "runs"}`;
}

/** How full a day is compared to the fullest one, from 0 to 3. */
export function fillLevel(count: number, highest: number): number {
  return count === 0 ? 0 : Math.ceil((3 * count) / Math.max(3, highest));
}
