import { describe, expect, it, vi } from 'vitest';
import type { DeskEntry } from '$lib/backend/types/DeskEntry';
import { Desk } from './desk.svelte';
import { indexWithout } from './paged.svelte';

const entry = (id: string): DeskEntry => ({ id, reference: id, amount: '100' }) as DeskEntry;
const solution = (id: string) => ({ entries: [entry(id)], total: '100' });

vi.mock('../reconcile/api', () => ({
  deskLines: async () => ({ lines: [{ id: 'line', match_id: null }], total: 1 }),
  deskFocus: async () => ({
    line: { id: 'line' },
    suggestion: solution('a'),
    alternatives: [solution('c'), solution('o')],
    choose: true,
    confirmed: null,
  }),
  // The engine leaves out the suggested entry only.
  deskEntries: async () => ({
    unmatched: ['b', 'c', 'd'].map(entry),
    unmatched_total: 3,
    outstanding: ['o', 'p'].map(entry),
    outstanding_total: 2,
    outstanding_sum: '200',
  }),
  deskEffect: async () => null,
}));

const rows = (desk: Desk) => Array.from({ length: desk.rowCount }, (_, at) => desk.rowAt(at));

describe('the entries of an ambiguous line', () => {
  it('stand in one place each, and the headings count what stands below them', async () => {
    const desk = new Desk('statement');
    await desk.lines.restart();
    await desk.focusLine();
    const shown = rows(desk).map((row) =>
      row?.kind === 'entry'
        ? `${row.of} ${row.entry.id}`
        : `${row?.kind} ${row && 'total' in row ? row.total : ''}`.trim(),
    );
    expect(shown).toEqual([
      'suggestion',
      'suggestion a',
      'alternative',
      'alternative c',
      'alternative',
      'alternative o',
      'unmatched 2',
      'unmatched b',
      'unmatched d',
      'outstanding 1',
      'outstanding p',
    ]);
    expect(rows(desk).find((row) => row?.kind === 'outstanding')).toMatchObject({ sum: '100' });
  });

  it('are found in the list of the engine around those that are left out', () => {
    expect([0, 1, 2].map((at) => indexWithout([], at))).toEqual([0, 1, 2]);
    expect([0, 1, 2].map((at) => indexWithout([0, 1, 4], at))).toEqual([2, 3, 5]);
  });
});
