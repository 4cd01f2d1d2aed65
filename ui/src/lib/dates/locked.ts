/**
 * What a date field says of a day that takes no entry as it is: the books are closed through a day, or a statement was
 * signed through one. Null for a day that is open. That the books are closed comes first: no reason lets an entry through.
 */
export function lockedNote(
  day: string | null,
  closedThrough: string | null,
  signedThrough: string | null,
): string | null {
  if (day === null) return null;
  if (closedThrough !== null && day <= closedThrough) return `Closed through ${closedThrough}`;
  return signedThrough !== null && day <= signedThrough ? `Signed through ${signedThrough}` : null;
}
