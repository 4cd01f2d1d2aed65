/** Code of a refusal: the books are closed through the day. No reason lets an entry through. */
export const PERIOD_CLOSED = 'PERIOD_CLOSED';

/** The day takes no settled entry. */
export const isClosed = (day: string | null, through: string | null): boolean =>
  day !== null && through !== null && day <= through;

/** As the engine says it, so that a form can say it before the engine is asked. */
export const closedSentence = (through: string, openFrom: string, day: string): string =>
  `The books are closed through ${through}, so ${day} takes no postings. The first open day is ${openFrom}.`;

/** The engine's own sentence about a closed day. */
export const saysClosed = (refusal: string | null | undefined): boolean =>
  refusal?.startsWith('The books are closed through ') ?? false;

/** What is said of holds that would count for days that are closed; null where none would. */
export function holdsInClosed(days: readonly string[], through: string | null): string | null {
  const some = days.filter((day) => isClosed(day, through)).length;
  if (!some) return null;
  const those = some === 1 ? '1 hold counts' : `${some} holds count`;
  return `The books are closed through ${through}. ${those} for a closed day and will be refused.`;
}
