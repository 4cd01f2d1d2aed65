import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { FinancialPart } from '$lib/backend/types/FinancialPart';
import type { FinancialReport } from '$lib/backend/types/FinancialReport';
import type { FinancialSection } from '$lib/backend/types/FinancialSection';
import {
  balancesOf,
  changeOf,
  differenceOf,
  groupsOf,
  longestOf,
  partsOf,
  resultWord,
  sidesOf,
  UNTYPED,
  untypedLedgers,
  wrongOf,
} from './lines';

beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));
afterAll(() => void vi.unstubAllGlobals());

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

/** One part as it is shown, beside another one. */
const shown = (now: FinancialPart, before: FinancialPart | null = null) =>
  partsOf(report(now), before && report(before))[0]!;
const groups = (one: FinancialSection) => groupsOf(shown(part([one])).sections[0]!);

describe('the lines of a report', () => {
  it('stand by ledger, without what the section says, and add up exactly', () => {
    expect(groups(assets).map(({ label, total, rows }) => [label, total.now, rows.length])).toEqual([
      ['Bank', (BigInt(huge) - 700n).toString(), 2],
      ['Till', '50', 1],
      ['', '1000', 1],
    ]);
    expect(groups(equity)).toHaveLength(1);
    expect(groups(untyped)[0]?.label).toBe('General ledger');
  });

  it('make two sides, of which one may be empty', () => {
    const [left, right] = sidesOf(shown(part([equity, untyped])));
    expect(left).toMatchObject({ sections: [], total: { now: '0' }, label: 'Total assets' });
    expect(right).toMatchObject({ total: { now: '1250' }, label: 'Total liabilities, equity and untyped' });
    expect(sidesOf(shown(part([equity])))[1].label).toBe('Total liabilities and equity');
    expect(differenceOf(shown(part([equity], false)))).toBe('-1200');
  });

  it('have room for the longest amount, that of a sum or of a change included', () => {
    expect(longestOf(shown(part([equity])), 2)).toBe('+12.00'.length);
    expect(longestOf(shown(part([equity]), part([{ ...equity, total: '-999999' }])), 2)).toBe(
      '+10,011.99'.length,
    );
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

describe('a report beside an earlier one', () => {
  const earlier = section(
    'equity',
    'Equity',
    '300',
    ['Equity', 'Capital', '1000'],
    ['Equity', 'Drawings', '-500'],
    ['Equity', 'Result of this year', '-200', null],
  );

  it('has each line once, with what it was, and the result last', () => {
    const { sections } = shown(part([equity]), part([earlier]));
    expect(sections[0]?.rows.map(({ name, amount, before }) => [name, amount, before])).toEqual([
      ['Capital', '1000', '1000'],
      ['Drawings', '0', '-500'],
      ['Result of this year', '200', '-200'],
    ]);
    expect(sections[0]?.total).toEqual({ now: '1200', before: '300' });
    expect(groupsOf(sections[0]!)[0]?.total).toEqual({ now: '1200', before: '300' });
    expect(changeOf({ now: '1200', before: '300' })).toBe('900');
  });

  it('keeps sections and currencies that only one of them has', () => {
    const both = shown(part([equity]), part([untyped, assets]));
    expect(both.sections.map(({ kind }) => kind)).toEqual(['asset', 'equity', UNTYPED]);
    expect(sidesOf(both)[1].total).toEqual({ now: '1200', before: '50' });
    const parts = partsOf(
      report(part([equity])),
      report({ ...part([earlier]), currency: 'USD', ties: false }),
    );
    expect(parts.map(({ currency, ties }) => [currency, ties])).toEqual([
      ['EUR', true],
      ['USD', true],
    ]);
    expect(partsOf(report(), null)).toEqual([]);
  });
});
