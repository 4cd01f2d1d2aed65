import type { ScheduledRow } from '$lib/backend/types/ScheduledRow';
import type { TxState } from '$lib/parts';

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

export const waiting = (row: Pick<ScheduledRow, 'state' | 'reference'> | null): true | string => {
  if (!row) return 'Choose a scheduled posting first';
  if (row.state === 'waiting') return true;
  return `${row.reference} ${row.state === 'posted' ? 'was posted already' : `was ${row.state}`}`;
};
