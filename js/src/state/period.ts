/** What a `datetime-local` field says, in milliseconds since the epoch: in UTC or the browser's zone. Null if blank. */
export function fromLocal(text: string, utc: boolean): number | null {
  const at = Date.parse(utc ? `${text}Z` : text);
  return Number.isNaN(at) ? null : at;
}

/** What such a field holds at a time, to the second; blank for none. */
export function toLocal(at: number | null, utc: boolean): string {
  if (at === null) return "";
  const shift = utc ? 0 : new Date(at).getTimezoneOffset() * 60_000;
  const text = new Date(at - shift).toISOString();
  return text.slice(17, 19) === "00" ? text.slice(0, 16) : text.slice(0, 19);
}
