import type { PeriodState } from '$lib/backend/types/PeriodState';
import type { PeriodStep } from '$lib/backend/types/PeriodStep';
import { addDays, startOfMonth } from '$lib/dates';

/** The last day of the month before that of `day`. */
export const monthBefore = (day: string): string => addDays(startOfMonth(day), -1);

/** The day that is proposed to close through: the end of last month, or yesterday once that is closed. Null: all that has passed is closed. */
export function dayToClose(today: string, closedThrough: string | null): string | null {
  const open = (day: string): boolean => closedThrough === null || day > closedThrough;
  return [monthBefore(today), addDays(today, -1)].find(open) ?? null;
}

/** The day that is proposed to stay closed when the last part is reopened: the end of the month before. */
export const dayToKeep = (closedThrough: string): string => monthBefore(closedThrough);

/** What is closed and what is open, in a sentence. */
export const stateWords = ({ closed_through: through, open_from: from }: PeriodState): string =>
  through
    ? `Closed through ${through}. The first open day is ${from ?? addDays(through, 1)}.`
    : 'Every day is open.';

/** What a closing or a reopening did. */
export function stepWords({ reopened, before, after }: PeriodStep): string {
  if (!reopened) return `Closed through ${after}`;
  return after
    ? `Reopened from ${addDays(after, 1)} through ${before}`
    : `Reopened all days through ${before}`;
}
