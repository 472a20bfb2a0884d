// Converts the value of a `datetime-local` input to a time and back.
/**
 * The time of a `datetime-local` value in milliseconds since the epoch, read in UTC or the browser's zone. Null if it
 * is blank.
 */
export function parseDatetimeLocal(text: string, utc: boolean): number | null {
  const at = Date.parse(utc ? `${text}Z` : text);
  return Number.isNaN(at) ? null : at;
}

/** The `datetime-local` value of a time, to the second; blank for null. */
export function formatDatetimeLocal(at: number | null, utc: boolean): string {
  if (at === null) return "";
  const shift = utc ? 0 : new Date(at).getTimezoneOffset() * 60_000;
  const text = new Date(at - shift).toISOString();
  return text.slice(17, 19) === "00" ? text.slice(0, 16) : text.slice(0, 19);
}
