import { describe, expect, it } from 'vitest';
import type { FiguresView } from '$lib/backend/types/FiguresView';
import { conditionsOf, selectionQuery } from './queries';
import { effectGroups, sums } from './words';

const figures = (balance: string, held_out = '0', held_in = '0'): FiguresView => ({
  balance,
  held_out,
  held_in,
  available: (BigInt(balance) - BigInt(held_out)).toString(),
  total_in: '0',
  total_out: '0',
});
const effect = (before: FiguresView, after: FiguresView) => ({
  balance_id: 'b',
  name: 'Merrion Operating',
  currency: 'EUR',
  exponent: 2,
  before,
  after,
});

describe('before and after', () => {
  it('leaves out what is empty on both sides', () => {
    const [group] = effectGroups([effect(figures('100'), figures('300'))]);
    expect(group?.rows).toEqual([{ label: 'Balance', before: '100', after: '300' }]);
  });

  it('shows available beside held out, unchanged by a commit', () => {
    const [group] = effectGroups([effect(figures('1000', '400'), figures('600', '0'))]);
    expect(group?.rows.map((row) => row.label)).toEqual(['Balance', 'Held out', 'Available']);
    expect(group?.rows.at(-1)).toEqual({ label: 'Available', before: '600', after: '600' });
  });
});

describe('sums in words', () => {
  it('keeps thirty digits and never adds currencies together', () => {
    const huge = { minor: `1${'0'.repeat(32)}`, exponent: 2, currency: 'EUR' };
    const shown = sums([huge, { minor: '5', exponent: 0, currency: 'JPY' }]);
    expect(shown.replace(/[^\d.A-Z ]/g, '')).toBe(`1${'0'.repeat(30)}.00 EUR 5 JPY`);
  });
});

describe('chips as conditions', () => {
  const chip = (field: string, value: string, test: 'is' | 'not' = 'is') => ({
    field,
    value,
    test,
    label: '',
    text: '',
  });

  it('joins several values of one field and keeps exclusions apart', () => {
    expect(
      conditionsOf([chip('state', 'held'), chip('state', 'applied'), chip('currency', 'EUR', 'not')]),
    ).toEqual([
      { field: 'state', test: 'is', values: ['held', 'applied'] },
      { field: 'currency', test: 'is_not', values: ['EUR'] },
    ]);
  });

  it('says everything but the exceptions without naming every row', () => {
    const query = selectionQuery({
      mode: 'filter',
      query: { text: '', filters: [chip('currency', 'EUR')], sort: [] },
      except: new Set(['7']),
    });
    expect(query?.conditions).toEqual([
      { field: 'currency', test: 'is', values: ['EUR'] },
      { field: 'id', test: 'is_not', values: ['7'] },
    ]);
    expect(selectionQuery({ mode: 'some', keys: new Set() })).toBeNull();
  });
});
