import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BalanceLineage } from '$lib/backend/types/BalanceLineage';
import { metadataOf, originHint, originOf, originOptions } from './origin';

beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));
afterAll(() => void vi.unstubAllGlobals());

const lineage = (name: string, ...sources: [string, string][]): BalanceLineage => ({
  balance_id: `bln_${name}`,
  balance_name: name,
  currency: 'EUR',
  exponent: 2,
  strategy: 'fifo',
  since: null,
  sources: sources.map(([origin, available]) => ({
    origin,
    received: available,
    spent: '0',
    held_in: '0',
    held_out: '0',
    available,
  })),
  available: '0',
  unknown: '0',
});
const wallet = lineage('Wallet', ['Grant', '0'], ['Sales', '5000'], ['Grant 2', '120']);

describe('the origin of a posting', () => {
  it('is told apart from what else is noted, and put back', () => {
    expect(originOf(null)).toEqual({ origin: '', metadata: null });
    expect(originOf({ lineage_provider: 'Grant' })).toEqual({ origin: 'Grant', metadata: null });
    const other = originOf({ BLNK_LINEAGE_PROVIDER: 'Grant', project: 'A' });
    expect(other).toEqual({ origin: 'Grant', metadata: { project: 'A' } });
    expect(metadataOf(other)).toEqual({ project: 'A', lineage_provider: 'Grant' });
    expect(metadataOf({ ...other, origin: ' ' })).toEqual({ project: 'A' });
    // What is no text is left for the engine to refuse.
    expect(originOf({ lineage_provider: 7 })).toEqual({ origin: '', metadata: { lineage_provider: 7 } });
  });

  it('is offered from where the money is, what has some first', () => {
    const shop = lineage('Shop', ['Loan', '100']);
    const of = (text: string) => originOptions({ source: wallet, destination: shop }, text);
    expect(of('').map(({ label, right }) => [label, right])).toEqual([
      ['Sales', '50.00 EUR available'],
      ['Grant 2', '1.20 EUR available'],
      ['Grant', '0.00 EUR available'],
    ]);
    expect(of(' GRANT').map(({ label }) => label)).toEqual(['Grant 2', 'Grant']);
    expect(originOptions({ source: null, destination: shop }, '').map(({ label }) => label)).toEqual([
      'Loan',
    ]);
    expect(originOptions({ source: null, destination: null }, '')).toEqual([]);
  });

  it('says what naming it does', () => {
    const from = (origin: string) => originHint({ source: wallet, destination: null }, origin);
    expect(from('')).toBe('Left empty, Wallet spends its origins by itself: first in, first out.');
    expect(from(' Sales ')).toBe('It is spent first. 50.00 EUR of it is available.');
    for (const none of ['Grant', 'Nobody'])
      expect(from(none)).toBe(
        'Nothing of it is available in Wallet, which spends its other origins: first in, first out.',
      );
    const to = (origin: string) => originHint({ source: null, destination: wallet }, origin);
    expect(to('')).toBe('Left empty, the money has no known origin.');
    expect(to('Grant')).toBe('Wallet notes that the money came from it.');
    expect(originHint({ source: null, destination: null }, 'Grant')).toMatch(
      /^Neither balance keeps lineage/,
    );
  });
});
