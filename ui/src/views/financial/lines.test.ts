import { describe, expect, it } from 'vitest';
import type { FinancialPart } from '$lib/backend/types/FinancialPart';
import type { FinancialReport } from '$lib/backend/types/FinancialReport';
import type { FinancialSection } from '$lib/backend/types/FinancialSection';
import {
  balancesOf,
  differenceOf,
  groupsOf,
  resultWord,
  sidesOf,
  UNTYPED,
  untypedLedgers,
  wrongOf,
} from './lines';

const huge = `1${'0'.repeat(30)}`;
const section = (
  kind: string,
  title: string,
  total: string,
  ...rows: [ledger: string, name: string, amount: string, id?: null][]
): FinancialSection => ({
  kind,
  title,
  total,
  rows: rows.map(([ledger, name, amount, id]) => ({
    balance_id: id === null ? null : name,
    ledger,
    name,
    amount,
  })),
});
const assets = section(
  'asset',
  'Assets',
  `${huge.slice(0, -3)}350`,
  ['Assets/Bank', 'Operating', huge],
  ['Assets/Bank', 'Overdrawn', '-700'],
  ['Till', 'Till', '50'],
  ['Assets', 'Other', '1000'],
);
const equity = section(
  'equity',
  'Equity',
  '1200',
  ['Equity', 'Capital', '1000'],
  ['Equity', 'Result of this year', '200', null],
);
const untyped = section(UNTYPED, 'Without a type', '50', ['General ledger', '@opening', '50']);
const part = (sections: FinancialSection[], ties = true): FinancialPart => ({
  currency: 'EUR',
  exponent: 2,
  sections,
  result: '0',
  ties,
});
const report = (...currencies: FinancialPart[]): FinancialReport => ({
  kind: 'balance_sheet',
  book: 'Test',
  from: '2026-01-01',
  to: '2026-11-19',
  currencies,
});

describe('the lines of a report', () => {
  it('stand by ledger, without what the section says, and add up exactly', () => {
    expect(groupsOf(assets).map(({ label, total, rows }) => [label, total, rows.length])).toEqual([
      ['Bank', (BigInt(huge) - 700n).toString(), 2],
      ['Till', '50', 1],
      ['', '1000', 1],
    ]);
    expect(groupsOf(equity)).toHaveLength(1);
    expect(groupsOf(untyped)[0]?.label).toBe('General ledger');
  });

  it('make two sides, of which one may be empty', () => {
    const [left, right] = sidesOf(part([equity, untyped]));
    expect(left).toMatchObject({ sections: [], total: '0', label: 'Total assets' });
    expect(right).toMatchObject({ total: '1250', label: 'Total liabilities, equity and untyped' });
    expect(sidesOf(part([equity]))[1].label).toBe('Total liabilities and equity');
    expect(differenceOf(part([equity], false))).toBe('-1200');
  });

  it('name a result by its sign', () => {
    expect(['1', '-1', '0'].map(resultWord)).toEqual(['Profit', 'Loss', 'Neither profit nor loss']);
  });

  it('say which ledgers have no type and which currencies do not tie', () => {
    const two = report(part([untyped]), { ...part([untyped, equity], false), currency: 'USD' });
    expect(untypedLedgers(two)).toEqual(['General ledger']);
    expect(wrongOf(two)).toEqual(['USD']);
    expect(untypedLedgers(report(part([equity])))).toEqual([]);
    // The result of the year is no balance.
    expect(balancesOf(two)).toBe(3);
  });
});
