import { describe, expect, it } from 'vitest';
import { treeOf } from './tree';

const ledger = (name: string, balances = 1) => ({ id: name, name, balances, account_type: null });

describe('the tree of ledgers', () => {
  it('groups by the slash and makes a line for a parent that is no ledger', () => {
    const lines = treeOf([
      ledger('Suppliers/Foreign'),
      ledger('Bank and cash', 6),
      ledger('Suppliers/Local'),
    ]);
    expect(lines.map(({ label, depth, id }) => [label, depth, id ?? null])).toEqual([
      ['Bank and cash', 0, 'Bank and cash'],
      ['Suppliers', 0, null],
      ['Foreign', 1, 'Suppliers/Foreign'],
      ['Local', 1, 'Suppliers/Local'],
    ]);
  });

  it('does not repeat a parent that is a ledger', () => {
    expect(treeOf([ledger('Suppliers'), ledger('Suppliers/Foreign')]).map((line) => line.label)).toEqual([
      'Suppliers',
      'Foreign',
    ]);
  });
});
