// Options that several fields offer.
import { MONTHS } from "../state/calendar";
import { WEEKDAYS } from "../state/draft";
import { ORDINALS } from "../state/recurrence";

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** Value, name and short name of each weekday. */
export const DAY_OPTIONS = WEEKDAYS.map((day) => [day, capital(day), capital(day).slice(0, 3)] as const);

export const ORDINAL_OPTIONS = ORDINALS.map((each) => [each, capital(each)] as const);

export const MONTH_OPTIONS = MONTHS.map((name, index) => [String(index + 1), name, name.slice(0, 3)] as const);

/** The units of a duration. */
export const UNIT_OPTIONS = [
  ["s", "seconds"],
  ["m", "minutes"],
  ["h", "hours"],
  ["d", "days"],
  ["w", "weeks"],
] as const;
