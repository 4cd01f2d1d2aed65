import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { viewRows } from './families.svelte';

beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));
afterAll(() => void vi.unstubAllGlobals());

const total = (group: string, count: number, currency = 'EUR') => ({
  group,
  count,
  currency,
  exponent: 2,
  amount: '100',
});

describe('totals of transactions', () => {
  it('add up to the number of transactions', () => {
    const all = [
      total('applied', 1_300),
      total('applied', 77, 'USD'),
      total('held', 13),
      total('held', 1, 'USD'),
    ];
    expect(viewRows(all, 1, 6).map(({ label }) => label)).toEqual([
      'Applied, 1,376 and 1 part commit',
      'Held, 14',
      '6 voided, not counted',
    ]);
  });

  it('name part commits alone where nothing else is applied', () => {
    const all = [total('applied', 1), total('held', 1)];
    expect(viewRows(all, 1, 0).map(({ label }) => label)).toEqual(['1 part commit', 'Held, 1']);
  });

  it('say nothing of what there is none of', () => {
    expect(viewRows([total('applied', 2)], 0, 0).map(({ label }) => label)).toEqual(['Applied, 2']);
  });
});
