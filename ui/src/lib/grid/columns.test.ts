import { describe, expect, it } from 'vitest';
import { ColumnSet } from './columns.svelte';
import { headWidth } from './measure';
import type { Column } from './types';

interface Row {
  id: string;
}

const column = (id: string, more: Partial<Column<Row>> = {}): Column<Row> => ({
  id,
  head: id,
  width: 100,
  text: (row) => row.id,
  ...more,
});

const amount = (head: string): Column<Row> =>
  column(head, { head, width: 10, priority: 0, money: () => ({ minor: '1', exponent: 2, currency: '' }) });

/** As the grid makes it: an amount needs the room of its head. */
function set(columns: Column<Row>[], available: number): ColumnSet<Row> {
  const made = new ColumnSet<Row>(
    () => columns,
    'test',
    () => null,
    (one) => (one.money ? headWidth(one.head, false) : 0),
  );
  made.available = available;
  return made;
}

describe('columns', () => {
  it('of amounts are never narrower than their head', () => {
    const [available, heldOut] = [amount('Available'), amount('Held out')];
    const made = set([available, heldOut], 10);
    expect(made.planned('Available')).toBeGreaterThanOrEqual(64);
    const roomy = set([column('name', { grow: true }), available, heldOut], 600);
    for (const one of [available, heldOut])
      expect(roomy.planned(one.id)).toBeGreaterThanOrEqual(headWidth(one.head, false));
  });

  it('narrow to what they can be read in before any hides', () => {
    const columns = [column('date', { priority: 0 }), column('text', { width: 300, min: 90, priority: 3 })];
    expect(set(columns, 200).crowdedOut).toBe(0);
    expect(set(columns, 189).crowdedOut).toBe(1);
  });

  it('leave room beside the last head for the number of hidden ones', () => {
    const columns = [
      column('name', { min: 60, priority: 0, grow: true }),
      column('note', { width: 400, priority: 3 }),
      column('state', { width: 50, priority: 0 }),
    ];
    const made = set(columns, 300);
    expect(made.crowdedOut).toBe(1);
    expect(made.planned('state')).toBeGreaterThan(headWidth('state', false) + 50);
    expect(made.total).toBe(300);
  });

  it('leave that room also where the last one is hidden for the want of it', () => {
    const made = set(
      [
        column('name', { min: 60, priority: 0, grow: true }),
        amount('Available'),
        column('first', { priority: 4 }),
        column('then', { width: 90, priority: 3 }),
      ],
      230,
    );
    expect(made.shown.map(({ id }) => id)).toEqual(['name', 'Available']);
    expect(made.planned('Available')).toBeGreaterThan(headWidth('Available', false) + 50);
  });
});
