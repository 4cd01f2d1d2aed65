import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { HeldTotal } from '$lib/backend/types/HeldTotal';
import type { TransactionDetail } from '$lib/backend/types/TransactionDetail';
import { endedByClock, headOf, linesOf } from './queue.svelte';

beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));
afterAll(() => void vi.unstubAllGlobals());

const total = (more: Partial<HeldTotal>): HeldTotal => ({
  currency: 'EUR',
  exponent: 2,
  holds: 0,
  money_out: '0',
  money_in: '0',
  elsewhere: '0',
  holds_out: 0,
  holds_in: 0,
  holds_elsewhere: 0,
  ...more,
});

describe('totals of the queue', () => {
  it('count each direction for itself', () => {
    const list = [
      total({ holds: 12, money_out: '100', holds_out: 11, money_in: '5', holds_in: 1 }),
      total({ currency: 'USD', holds: 2, money_out: '7', holds_out: 1, money_in: '3', holds_in: 1 }),
    ];
    const lines = linesOf('', list);
    expect(lines.map(({ label }) => label)).toEqual(['Out, 12 holds', 'In, 2 holds']);
    expect(lines[1]?.sums).toEqual([
      { currency: 'EUR', exponent: 2, minor: '5' },
      { currency: 'USD', exponent: 2, minor: '3' },
    ]);
  });

  it('name the selection and leave out directions nothing goes in', () => {
    const lines = linesOf('Selected', [total({ holds: 1, money_out: '100', holds_out: 1 })], true);
    expect(lines.map(({ label }) => label)).toEqual(['Selected out, 1 hold']);
  });
});

describe('the count beside the title', () => {
  it('is that of the shown tab', () => {
    expect(headOf(12, 'hold', 2)).toBe('12 holds in 2 currencies');
    expect(headOf(1, 'decided hold')).toBe('1 decided hold');
    expect(headOf(0, 'hold', 2)).toBeUndefined();
  });
});

describe('a hold that left the queue', () => {
  const ended = (state: string, actor: string) =>
    endedByClock({ family: { state }, rows: [{ actor: 'Ada' }, { actor }] } as unknown as TransactionDetail);

  it('stays on screen where nobody but the clock decided', () => {
    expect(ended('committed', 'Tieout')).toBe(true);
    expect(ended('expired', 'Tieout')).toBe(true);
    expect(ended('committed', 'Ada')).toBe(false);
    expect(ended('voided', 'Ada')).toBe(false);
  });
});
