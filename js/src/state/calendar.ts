// Months as grids of days. Dates are texts such as 2026-12-01, so that no zone can shift them.

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

const stamp = (date: string) => Date.parse(`${date}T00:00:00Z`);
const text = (at: number) => new Date(at).toISOString().slice(0, 10);

/** The first day of the month of a date. */
export const monthOf = (date: string) => `${date.slice(0, 7)}-01`;

const addDays = (date: string, count: number) => text(stamp(date) + count * DAY_MS);

/** The first day of the month so many months later. */
export function addMonths(date: string, count: number): string {
  const index = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + count;
  return `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}-01`;
}

export const monthName = (date: string) => `${MONTHS[Number(date.slice(5, 7)) - 1]} ${date.slice(0, 4)}`;

/** `1 December 2026` */
export const dateName = (date: string) => `${Number(date.slice(8))} ${monthName(date)}`;

/**
 * The weeks of a month from Monday to Sunday, without those that ended before `today`; null where a day belongs to
 * another month.
 */
export function weeks(month: string, today: string): (string | null)[][] {
  const first = monthOf(month);
  const offset = (new Date(stamp(first)).getUTCDay() + 6) % 7;
  const length = (stamp(addMonths(first, 1)) - stamp(first)) / DAY_MS;
  const cells = Array.from({ length: Math.ceil((offset + length) / 7) * 7 }, (_, index) => {
    const day = index - offset;
    return day < 0 || day >= length ? null : addDays(first, day);
  });
  const found = Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
  return found.filter((week) => week.some((date) => date !== null && date >= today));
}

/** Where a key leads from a date: arrows by day and week, Home and End in the week, Page keys by month. */
export function moveBy(key: string, date: string): string | null {
  const weekday = (new Date(stamp(date)).getUTCDay() + 6) % 7;
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
      return sameDay(date, -1);
    case "PageDown":
      return sameDay(date, 1);
    default:
      return null;
  }
}

/** The same day of another month, or its last one. */
function sameDay(date: string, months: number): string {
  const first = addMonths(date, months);
  const last = addDays(addMonths(first, 1), -1);
  const same = `${first.slice(0, 8)}${date.slice(8)}`;
  return same > last ? last : same;
}

/** `12`, `99+`; and in words for those who do not see it. */
export function countText(count: number, more: boolean): string {
  const short = count >= 1000 ? `${Math.floor(count / 1000)}k` : String(count);
  return more || (count >= 1000 && count % 1000 !== 0) ? `${short}+` : short;
}

export function countWords(count: number, more: boolean): string {
  if (count === 0) return "no runs";
  return `${more ? "at least " : ""}${count.toLocaleString("en")} ${count === 1 ? "run" : "runs"}`;
}

/** How full a day is, from 0 to 3, compared to the fullest one. */
export function fullness(count: number, most: number): number {
  return count === 0 ? 0 : Math.ceil((3 * count) / Math.max(3, most));
}
