import { describe, expect, it, vi } from 'vitest';
import type { TrialAccount } from '$lib/backend/types/TrialAccount';
import type { TrialReport } from '$lib/backend/types/TrialReport';
import { shownRows, sumsOf } from './rows';

vi.stubGlobal('navigator', { language: 'en-IE' });

const row = (
  name: string,
  ledger: string,
  currency: string,
  money_in: string,
  money_out: string,
): TrialAccount => {
  const net = BigInt(money_in) - BigInt(money_out);
  return {
    id: name,
    name,
    ledger,
    currency,
    exponent: 2,
    money_in,
    money_out,
    debit: net > 0n ? net.toString() : null,
    credit: net < 0n ? (-net).toString() : null,
  };
};
const huge = `1${'0'.repeat(30)}`;
const report = {
  book: 'Test',
  as_of: null,
  totals: [],
  empty: 0,
  took_ms: 1,
  rows: [
    row('Bank', 'Assets', 'EUR', huge, '0'),
    row('Sales', 'Income', 'EUR', '0', huge),
    row('Till', 'Assets', 'USD', '700', '550'),
  ],
} satisfies TrialReport;
const query = { text: '', filters: [], sort: [] };

describe('a trial balance', () => {
  it('finds names, ledgers and figures as they are shown', () => {
    const found = (text: string) => shownRows(report, { ...query, text }).map(({ name }) => name);
    expect(found('sal')).toEqual(['Sales']);
    expect(found('assets')).toEqual(['Bank', 'Till']);
    expect(found('1.50')).toEqual(['Till']);
    expect(found('nothing')).toEqual([]);
  });

  it('narrows and sorts by numbers, not by their digits', () => {
    const filters = [{ field: 'currency', test: 'is' as const, value: 'EUR', label: '', text: '' }];
    expect(shownRows(report, { ...query, filters }).map(({ name }) => name)).toEqual(['Bank', 'Sales']);
    const sort = [{ column: 'in', desc: true }];
    expect(shownRows(report, { ...query, sort }).map(({ name }) => name)).toEqual(['Bank', 'Till', 'Sales']);
  });

  it('adds each side up exactly and by currency', () => {
    const [debits, credits] = sumsOf(report.rows);
    expect(debits?.sums).toEqual([
      { currency: 'EUR', exponent: 2, minor: huge },
      { currency: 'USD', exponent: 2, minor: '150' },
    ]);
    expect(credits?.sums).toEqual([
      { currency: 'EUR', exponent: 2, minor: huge },
      { currency: 'USD', exponent: 2, minor: '0' },
    ]);
    expect(sumsOf([])).toEqual([]);
  });
});
