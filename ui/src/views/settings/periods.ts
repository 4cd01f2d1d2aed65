import { backend } from '$lib/backend';
import type { PeriodState } from '$lib/backend/types/PeriodState';
import type { PeriodStep } from '$lib/backend/types/PeriodStep';
import type { ScheduledRow } from '$lib/backend/types/ScheduledRow';
import { addDays, localDay, startOfMonth } from '$lib/dates';
import '../common/commands';
import { AWAITING } from '../common/queries';

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

/** What waits for a day that is closed then: it cannot be booked with that day any more. */
export interface Waiting {
  through: string;
  scheduled: number;
  holds: number;
}

/** A scheduled hold may be placed on a closed day: it moves no money. */
const closesOn = (row: ScheduledRow, through: string): boolean =>
  !row.hold && (row.request.effective_date ?? localDay(row.due_at)) <= through;

/** Postings of one page of what waits. */
const PAGE = 500;

async function allThatWait(): Promise<ScheduledRow[]> {
  const waits = { field: 'state', test: 'is' as const, values: ['waiting'] };
  const rows: ScheduledRow[] = [];
  for (;;) {
    const query = { offset: rows.length, limit: PAGE, sort: [], conditions: [waits], text: null };
    const page = await backend.call('scheduled_page', { query });
    rows.push(...page.rows);
    if (!page.rows.length || rows.length >= page.total) return rows;
  }
}

export async function waitingThrough(through: string): Promise<Waiting> {
  const query = {
    offset: 0,
    limit: 1,
    sort: [],
    conditions: [AWAITING, { field: 'date', test: 'at_most' as const, values: [through] }],
    text: null,
  };
  const [scheduled, totals] = await Promise.all([allThatWait(), backend.call('holds_totals', { query })]);
  return {
    through,
    scheduled: scheduled.filter((row) => closesOn(row, through)).length,
    holds: totals.reduce((sum, { holds }) => sum + holds, 0),
  };
}

/** The days that a closing adds to those that are closed already. */
export function closesWords(through: string | null, closedThrough: string | null): string {
  if (!through || (closedThrough !== null && through <= closedThrough)) return 'No further day';
  if (closedThrough === null) return `Every day through ${through}`;
  const from = addDays(closedThrough, 1);
  return from === through ? through : `${from} through ${through}`;
}

/** The days that a reopening opens, as far as it opens any. `keep`: the day that stays closed. */
export function opensWords(keep: string | null, closedThrough: string): string {
  if (keep === null) return `Postings can be dated on every day through ${closedThrough} again.`;
  const from = addDays(keep, 1);
  if (from > closedThrough) return `The books are closed through ${closedThrough}. Enter a day before it.`;
  const days = from === closedThrough ? `on ${from}` : `from ${from} through ${closedThrough}`;
  return `Postings can be dated ${days} again.`;
}
