import { describe, expect, it } from 'vitest';
import type { Effect } from '$lib/backend/types/Effect';
import { partEffects } from './part';

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
