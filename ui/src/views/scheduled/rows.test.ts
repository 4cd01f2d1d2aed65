import { describe, expect, it } from 'vitest';
import type { ScheduledRow } from '$lib/backend/types/ScheduledRow';
import type { GridQuery } from '$lib/grid';
import { glyphOf, shownRows, stateWord, waiting } from './rows';

const row = (of: Partial<ScheduledRow>): ScheduledRow =>
  ({
    id: of.reference,
    state: 'waiting',
    due_at: '2026-11-20T09:00:00Z',
    reference: 'A',
    description: '',
    source_name: 'Merrion Operating',
    destination_name: 'Rent',
    amount: '425000',
    currency: 'EUR',
    exponent: 2,
    hold: false,
    queued: false,
    reason: null,
    ...of,
  }) as ScheduledRow;

const rows = [
  row({ reference: 'RENT-12', due_at: '2026-12-01T08:00:00Z' }),
  row({
    reference: 'RENT-11',
    due_at: '2026-11-30T22:00:00.5Z',
    state: 'rejected',
    reason: 'Too little money.',
  }),
  row({ reference: 'JP-1', currency: 'JPY', exponent: 0, amount: '9', destination_name: 'Aoyama' }),
];
const query = (of: Partial<GridQuery>): GridQuery => ({ text: '', filters: [], sort: [], ...of });
const names = (of: Partial<GridQuery>) => shownRows(rows, query(of)).map(({ reference }) => reference);

describe('scheduled postings', () => {
  it('are found by what stands in them, also by their amount and reason', () => {
    expect(names({ text: 'aoyama' })).toEqual(['JP-1']);
    expect(names({ text: '4,250.00' })).toEqual(['RENT-12', 'RENT-11']);
    expect(names({ text: '4250.00' })).toHaveLength(2);
    expect(names({ text: 'too little' })).toEqual(['RENT-11']);
  });

  it('are filtered by state', () => {
    const chip = { field: 'state', value: 'waiting', label: 'State is', text: 'Waiting' };
    expect(names({ filters: [{ ...chip, test: 'is' }] })).toEqual(['RENT-12', 'JP-1']);
    expect(names({ filters: [{ ...chip, test: 'not' }] })).toEqual(['RENT-11']);
  });

  it('stand by when they are due, and amounts of one currency together', () => {
    expect(names({ sort: [{ column: 'due', desc: false }] })).toEqual(['JP-1', 'RENT-11', 'RENT-12']);
    expect(names({ sort: [{ column: 'due', desc: true }] })).toEqual(['RENT-12', 'RENT-11', 'JP-1']);
    expect(names({ sort: [{ column: 'amount', desc: false }] }).at(-1)).toBe('JP-1');
  });

  it('say why they cannot be changed any more', () => {
    expect(waiting(row({}))).toBe(true);
    expect(waiting(row({ state: 'posted', reference: 'X' }))).toBe('X was posted already');
    expect(waiting(row({ state: 'cancelled', reference: 'X' }))).toBe('X was cancelled');
    expect(waiting(null)).toBe('Choose a scheduled posting first');
    expect(stateWord(row({ state: 'posted', hold: true }))).toBe('Held');
    expect(stateWord(row({ state: 'posted' }))).toBe('Posted');
  });

  it('that are booked as soon as their turn comes are queued, until they were', () => {
    expect([stateWord(row({})), glyphOf(row({}))]).toEqual(['Waiting', 'scheduled']);
    const queued = row({ queued: true });
    expect([stateWord(queued), glyphOf(queued)]).toEqual(['Queued', 'queued']);
    const posted = row({ queued: true, state: 'posted' });
    expect([stateWord(posted), glyphOf(posted)]).toEqual(['Posted', 'applied']);
    expect(stateWord(row({ queued: true, state: 'cancelled' }))).toBe('Cancelled');
    // They are among those that wait.
    const chip = {
      field: 'state',
      test: 'is' as const,
      value: 'waiting',
      label: 'State is',
      text: 'Waiting',
    };
    expect(shownRows([queued, posted], query({ filters: [chip] }))).toEqual([queued]);
  });
});
