import { describe, expect, it } from 'vitest';
import type { Filter } from '$lib/grid';
import { conditionsOf } from './queries';

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
});
