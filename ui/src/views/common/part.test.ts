import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Effect } from '$lib/backend/types/Effect';
import { partEffects, partProblem } from './part';

const figures = (balance: string, held_out: string, held_in: string) => ({
  balance,
  held_out,
  held_in,
  available: String(BigInt(balance) - BigInt(held_out)),
  total_in: '0',
  total_out: '0',
});
const effect = (balance_id: string, before: Effect['before']): Effect => ({
  balance_id,
  name: balance_id,
  currency: 'JPY',
  exponent: 0,
  before,
  after: before,
});
const hold = { source_id: 'bank', destination_id: 'glass', remaining: '288500', amount: '300000' };
const before = [
  effect('bank', figures('23551580', '930500', '0')),
  effect('glass', figures('-4051700', '0', '930500')),
];

describe('committing a part', () => {
  it('takes from the balance and from what is held alike', () => {
    const [bank, glass] = partEffects(before, hold, '100000', false);
    expect(bank?.after).toMatchObject({ balance: '23451580', held_out: '830500', available: '22621080' });
    expect(bank?.after.available).toBe(bank?.before.available);
    expect(glass?.after).toMatchObject({ balance: '-3951700', held_in: '830500' });
  });

  it('frees the rest when it is voided with it', () => {
    const [bank, glass] = partEffects(before, hold, '100000', true);
    expect(bank?.after).toMatchObject({ balance: '23451580', held_out: '642000', available: '22809580' });
    expect(glass?.after).toMatchObject({ balance: '-3951700', held_in: '642000' });
  });

  it('tells nothing of balances that it does not touch', () => {
    expect(partEffects([effect('rent', figures('1', '0', '0'))], hold, '1', false)).toEqual([]);
  });
});

describe('the amount of a part', () => {
  beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));
  afterAll(() => void vi.unstubAllGlobals());
  const euro = { remaining: '300000', amount: '400000', exponent: 2, currency: 'EUR' };

  it('is less than what is still held', () => {
    expect(partProblem('100000', '1000', euro, true)).toBeUndefined();
    expect(partProblem('300000', '3000', euro, false)).toMatch(/^This is all that is held/);
    expect(partProblem('300001', '3000.01', euro, false)).toMatch(/^Only 3.000\.00 EUR is still held/);
  });

  it('is asked for once somebody tries without one; what cannot be read the field says', () => {
    expect(partProblem(null, '', euro, false)).toBeUndefined();
    expect(partProblem(null, ' ', euro, true)).toBe('Enter the amount to approve');
    expect(partProblem(null, '3.000', euro, true)).toBeUndefined();
  });
});
