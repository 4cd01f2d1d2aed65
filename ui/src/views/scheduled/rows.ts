import type { ScheduledRow } from '$lib/backend/types/ScheduledRow';
import type { GridQuery } from '$lib/grid';
import { formatMinor } from '$lib/money';
import type { TxState } from '$lib/parts';
import { shownRows as shown } from '../common/shown';

export type ScheduledState = ScheduledRow['state'];

export const STATE_WORDS: Record<ScheduledState, string> = {
  waiting: 'Waiting',
  posted: 'Posted',
  rejected: 'Rejected',
  cancelled: 'Cancelled',
};

const GLYPHS: Record<ScheduledState, TxState> = {
  waiting: 'scheduled',
  posted: 'applied',
  rejected: 'rejected',
  cancelled: 'voided',
};
/** Accepted to be booked as soon as its turn comes, not at a time of its own. */
const isQueued = ({ state, queued }: Pick<ScheduledRow, 'state' | 'queued'>): boolean =>
  state === 'waiting' && queued;

export const glyphOf = (row: Pick<ScheduledRow, 'state' | 'queued'>): TxState =>
  isQueued(row) ? 'queued' : GLYPHS[row.state];

/** A hold that was made waits for somebody to decide: it was not posted. */
export function stateWord(row: Pick<ScheduledRow, 'state' | 'hold' | 'queued'>): string {
  if (isQueued(row)) return 'Queued';
  return row.state === 'posted' && row.hold ? 'Held' : STATE_WORDS[row.state];
}

export const TONES: Record<ScheduledState, 'accent' | 'pos' | 'neg' | 'plain'> = {
  waiting: 'accent',
  posted: 'pos',
  rejected: 'neg',
  cancelled: 'plain',
};

const FIELDS: Record<string, (row: ScheduledRow) => string> = {
  state: (row) => row.state,
  currency: (row) => row.currency,
  reference: (row) => row.reference,
};

function words(row: ScheduledRow): string {
  const amount = formatMinor(row.amount, row.exponent, { negatives: 'minus' });
  return [
    row.reference,
    row.description,
    row.source_name,
    row.destination_name,
    amount,
    amount.replaceAll(',', ''),
    row.currency,
    row.reason ?? '',
  ]
    .join(' ')
    .toLowerCase();
}

const cmp = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const SORTS: Record<string, (a: ScheduledRow, b: ScheduledRow) => number> = {
  due: (a, b) => Date.parse(a.due_at) - Date.parse(b.due_at),
  reference: (a, b) => a.reference.localeCompare(b.reference),
  state: (a, b) => cmp(a.state, b.state),
  // Currencies are never compared with each other.
  amount: (a, b) => {
    const [one, other] = [BigInt(a.amount), BigInt(b.amount)];
    return cmp(a.currency, b.currency) || (one < other ? -1 : one > other ? 1 : 0);
  },
};

/** The rows under a filter and in an order. */
export const shownRows = (all: readonly ScheduledRow[], query: GridQuery): ScheduledRow[] =>
  shown(all, query, { words, fields: FIELDS, sorts: SORTS });

export const waiting = (row: Pick<ScheduledRow, 'state' | 'reference'> | null): true | string => {
  if (!row) return 'Choose a scheduled posting first';
  if (row.state === 'waiting') return true;
  return `${row.reference} ${row.state === 'posted' ? 'was posted already' : `was ${row.state}`}`;
};
