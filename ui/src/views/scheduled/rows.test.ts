import { describe, expect, it } from 'vitest';
import type { ScheduledRow } from '$lib/backend/types/ScheduledRow';
import { glyphOf, stateWord, waiting } from './rows';

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

describe('scheduled postings', () => {
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
  });
});
