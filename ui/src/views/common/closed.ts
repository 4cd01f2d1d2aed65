import { lastDay } from './signed';

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

/** What is said of holds that would be dated on days that are closed. Null where none is. */
export function holdsInClosed(days: readonly string[], through: string | null): string | null {
  const some = days.filter((day) => isClosed(day, through)).length;
  if (!some) return null;
  const those =
    days.length === 1
      ? 'the day of this hold'
      : some === 1
        ? 'the day of 1 hold'
        : `the days of ${some} holds`;
  return `The books are closed through ${through}, and so is ${those}.`.replace(
    'so is the days',
    'so are the days',
  );
}

/** The first day that is open for all: the books and what was signed. */
export const firstOpen = (...days: (string | null | undefined)[]): string | null => lastDay(days);
