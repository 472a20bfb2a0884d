/** What a `datetime-local` field says, in milliseconds since the epoch: in UTC or the browser's zone. Null if blank. */
export function fromLocal(text: string, utc: boolean): number | null {
  const at = Date.parse(utc ? `${text}Z` : text);
  return Number.isNaN(at) ? null : at;
}
