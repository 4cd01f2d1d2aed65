import { describe, expect, it } from 'vitest';
import type { Filter } from '$lib/grid';
import { conditionsOf, listQuery, selectionQuery } from './queries';

const chip = (field: string, test: Filter['test'], value: string): Filter => ({
  field,
  test,
  value,
  label: '',
  text: '',
});

describe('chips', () => {
  it('of one field mean any of their values', () => {
    expect(conditionsOf([chip('state', 'is', 'held'), chip('state', 'is', 'applied|expired')])).toEqual([
      { field: 'state', test: 'is', values: ['held', 'applied', 'expired'] },
    ]);
  });

  it('about an expiry cover the whole of their days, here', () => {
    const [from, to] = conditionsOf([
      chip('expires', 'from', '2026-11-30'),
      chip('expires', 'to', '2026-11-30'),
    ]).map(({ values }) => values[0] ?? '');
    expect(new Date(from ?? '')).toEqual(new Date(2026, 10, 30));
    // The last microsecond: the book counts in them.
    expect(to).toMatch(/59\.999999Z$/);
    expect(new Date(to ?? '').getTime()).toBe(new Date(2026, 11, 1).getTime() - 1);
  });

  it('about another date are days as they are', () => {
    expect(conditionsOf([chip('date', 'from', '2026-11-30')])[0]?.values).toEqual(['2026-11-30']);
  });

  it('about what is not there take no value, and a note keeps its value whole', () => {
    expect(
      conditionsOf([
        chip('expires', 'empty', ''),
        chip('metadata.branch', 'is', 'Cork|Dublin'),
        chip('description', 'like', 'paper%'),
        chip('metadata.items', 'above', '5'),
      ]),
    ).toEqual([
      { field: 'expires', test: 'empty', values: [] },
      { field: 'metadata.branch', test: 'is', values: ['Cork|Dublin'] },
      { field: 'description', test: 'like_any_case', values: ['paper%'] },
      { field: 'metadata.items', test: 'above', values: ['5'] },
    ]);
  });

  it('are one of several where any of them is enough, and what the place adds must hold', () => {
    const filters = [chip('currency', 'is', 'EUR'), chip('description', 'empty', '')];
    const chips = conditionsOf(filters);
    const held = { field: 'state', test: 'is' as const, values: ['held'] };
    const any = listQuery(0, 10, { text: '', filters, sort: [], any: true }, [held]);
    expect([any.conditions, any.any_of]).toEqual([[held], chips]);
    const all = listQuery(0, 10, { text: '', filters, sort: [] }, [held]);
    expect([all.conditions, all.any_of]).toEqual([[...chips, held], undefined]);
  });

  it('of a whole selection leave out its exceptions, whichever is enough', () => {
    const filters = [chip('currency', 'is', 'EUR'), chip('currency', 'not', 'USD')];
    const query = { text: '', filters, sort: [], any: true };
    const chosen = selectionQuery({ mode: 'filter', query, except: new Set(['txn_1']) });
    expect(chosen?.conditions).toEqual([{ field: 'id', test: 'is_not', values: ['txn_1'] }]);
    expect(chosen?.any_of).toHaveLength(2);
  });
});
