import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BalanceLineage } from '$lib/backend/types/BalanceLineage';
import {
  endWords,
  moveKey,
  moveWord,
  originRows,
  parts,
  percent,
  rowKey,
  STRATEGIES,
  strategyWord,
} from './lineage';

beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));
afterAll(() => void vi.unstubAllGlobals());

const source = (origin: string, received: string, spent: string, held_out: string, available: string) => ({
  origin,
  received,
  spent,
  held_in: '0',
  held_out,
  available,
});
const lineage = (change: Partial<BalanceLineage> = {}): BalanceLineage => ({
  balance_id: 'bln_1',
  balance_name: 'Wallet',
  currency: 'EUR',
  exponent: 2,
  strategy: 'fifo',
  since: '2026-11-19T10:24:00Z',
  sources: [source('Grant', '10000', '2500', '0', '7500'), source('Sales', '500', '0', '500', '0')],
  available: '7500',
  unknown: '2500',
  ...change,
});

describe('the origins of a balance', () => {
  it('stand between their sum and the money that has none', () => {
    const rows = originRows(lineage());
    expect(rows.map(({ label, available, share }) => [label, available, share])).toEqual([
      ['All origins', '7500', null],
      ['Grant', '7500', 750],
      ['Sales', '0', 0],
      ['Without a known origin', '2500', 250],
    ]);
    expect(rows[0]?.figures).toEqual({ received: '10500', spent: '2500', held_in: '0', held_out: '500' });
    expect(rows.at(-1)?.figures).toBeNull();
    // An origin may be called as a line of the table is.
    const named = originRows(lineage({ sources: [source('unknown', '1', '0', '0', '1')] }));
    expect(new Set(named.map(rowKey)).size).toBe(named.length);
  });

  it('share what is available exactly, at any size, and never less than nothing', () => {
    const huge = `1${'0'.repeat(40)}`;
    const sources = [source('A', huge, '0', '0', huge), source('B', huge, '0', '0', huge)];
    expect(originRows(lineage({ sources, unknown: '-700' })).map(({ share }) => share)).toEqual([
      null,
      500,
      500,
      0,
    ]);
    expect(
      originRows(lineage({ sources: [], available: '0', unknown: '0' })).map(({ share }) => share),
    ).toEqual([null, 0]);
    expect([percent(0), percent(125), percent(1000)]).toEqual(['0 %', '12.5 %', '100 %']);
  });

  it('have shares that add up', () => {
    expect(parts(['1', '1', '1'])).toEqual([334, 333, 333]);
    expect(parts(['235', '192', '571', '2'])).toEqual([235, 192, 571, 2]);
    expect(parts(['0', '-5'])).toEqual([0, 0]);
    for (const of of [
      ['7', '11', '13', '17'],
      ['1', '999999'],
      ['2', '2', '2', '2', '2', '2', '2'],
    ])
      expect(parts(of).reduce((sum, one) => sum + one, 0)).toBe(1000);
  });

  it('become money without a known origin when nobody notes them any more', () => {
    expect(endWords(lineage())).toMatch(/^75\.00 EUR from 1 origin becomes money without a known origin\./);
    expect(endWords(lineage({ sources: [], available: '0' }))).toMatch(
      /^No money with a known origin is here\./,
    );
  });

  it('have words for each strategy and move', () => {
    expect(STRATEGIES.map(({ value }) => value)).toEqual(['fifo', 'lifo', 'proportional', 'off']);
    expect([strategyWord('lifo'), strategyWord('hifo')]).toEqual(['Last in, first out', 'hifo']);
    expect([moveWord('released_out'), moveWord('later')]).toEqual(['Held out, let go', 'later']);
    const move = {
      transaction_id: 'txn_1',
      at: '2026-11-19T10:24:00Z',
      origin: 'Grant',
      kind: 'released_out',
    };
    expect(moveKey(move)).not.toBe(moveKey({ ...move, kind: 'spent' }));
    expect(moveKey({ ...move, transaction_id: null })).not.toBe(moveKey(move));
  });
});
