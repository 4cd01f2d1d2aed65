import { describe, expect, it } from 'vitest';
import {
  comparisons,
  daysOf,
  offered,
  type Place,
  quarterStart,
  rangeBefore,
  rangeOf,
  requestOf,
  turned,
  yearStart,
} from './days';

const today = '2026-11-19';
const place = (change: Partial<Place>): Place => ({
  kind: 'profit_and_loss',
  choice: 'year',
  from: null,
  to: null,
  ...change,
});
const range = (choice: Place['choice'], start = '01-01', day = today) => {
  const { from, to } = rangeOf(place({ choice }), day, start);
  return `${from} ${to}`;
};

describe('the days of a report', () => {
  it('begin with the fiscal year, or in the year before', () => {
    expect(yearStart('01-01', '2026-11-30')).toBe('2026-01-01');
    expect(yearStart('07-01', '2026-06-30')).toBe('2025-07-01');
    expect(yearStart('07-01', '2026-07-01')).toBe('2026-07-01');
    expect(yearStart('02-29', '2027-03-01')).toBe('2027-02-28');
    expect(yearStart('02-29', '2028-02-28')).toBe('2027-02-28');
    expect(yearStart('', '2026-05-05')).toBe('2026-01-01');
  });

  it('count quarters from the start of the fiscal year', () => {
    expect(quarterStart('01-01', today)).toBe('2026-10-01');
    expect(quarterStart('02-01', '2026-04-30')).toBe('2026-02-01');
    expect(quarterStart('02-01', '2026-01-31')).toBe('2025-11-01');
    expect(quarterStart('04-06', '2026-07-05')).toBe('2026-04-06');
    expect(quarterStart('04-06', '2026-07-06')).toBe('2026-07-06');
  });

  it('are chosen by name', () => {
    expect(range('month')).toBe('2026-11-01 2026-11-19');
    expect(range('quarter')).toBe('2026-10-01 2026-11-19');
    expect(range('year')).toBe('2026-01-01 2026-11-19');
    expect(range('last_year')).toBe('2025-01-01 2025-12-31');
    expect(range('last_year', '07-01')).toBe('2025-07-01 2026-06-30');
    expect(range('last_month')).toBe('2026-01-01 2026-10-31');
    expect(range('last_month', '01-01', '2026-01-05')).toBe('2025-01-01 2025-12-31');
    expect(range('last_quarter')).toBe('2026-01-01 2026-09-30');
    expect(range('today', '04-06')).toBe('2026-04-06 2026-11-19');
  });

  it('are typed, and begin with the fiscal year where only the last one is', () => {
    expect(rangeOf(place({ choice: 'days', from: '2024-02-01', to: '2024-02-29' }), today, '01-01')).toEqual({
      from: '2024-02-01',
      to: '2024-02-29',
    });
    expect(rangeOf(place({ choice: 'days', to: '2024-02-29' }), today, '07-01').from).toBe('2023-07-01');
    expect(offered(place({ choice: 'days' })).at(-1)?.label).toBe('Other days');
    expect(offered(place({})).map(({ value }) => value)).not.toContain('days');
  });

  it('ask for a balance sheet at its last day alone', () => {
    const sheet = place({ kind: 'balance_sheet', choice: 'last_quarter' });
    expect(requestOf('balance_sheet', rangeOf(sheet, today, '01-01'))).toEqual({
      kind: 'balance_sheet',
      from: null,
      to: '2026-09-30',
    });
    expect(requestOf('profit_and_loss', rangeOf(place({ choice: 'month' }), today, '01-01'))).toEqual({
      kind: 'profit_and_loss',
      from: '2026-11-01',
      to: today,
    });
  });

  it('end where they ended when the other report is turned to', () => {
    const to = (kind: Place['kind'], change: Partial<Place>) => turned(place(change), kind, today, '01-01');
    expect(to('balance_sheet', { choice: 'month' })).toMatchObject({ choice: 'today' });
    expect(to('balance_sheet', { choice: 'last_year' })).toMatchObject({
      kind: 'balance_sheet',
      choice: 'last_year',
    });
    expect(to('profit_and_loss', { kind: 'balance_sheet', choice: 'today' })).toMatchObject({
      choice: 'year',
    });
    expect(to('profit_and_loss', { kind: 'balance_sheet', choice: 'last_month' })).toEqual({
      kind: 'profit_and_loss',
      choice: 'days',
      from: '2026-01-01',
      to: '2026-10-31',
    });
    expect(to('balance_sheet', { choice: 'days', from: '2026-02-01', to: '2026-02-28' })).toMatchObject({
      choice: 'days',
      to: '2026-02-28',
    });
    const same = place({});
    expect(turned(same, 'profit_and_loss', today, '01-01')).toBe(same);
  });

  it('are said as the report has them', () => {
    const report = { from: '2026-01-01', to: today };
    expect(daysOf({ ...report, kind: 'balance_sheet' })).toBe('As of 2026-11-19');
    expect(daysOf({ ...report, kind: 'profit_and_loss' })).toBe('2026-01-01 to 2026-11-19');
  });

  it('are compared with as much of the days before, and with the same ones a year before', () => {
    const earlier = (compare: 'period' | 'year', change: Partial<Place>, day = today, start = '01-01') => {
      const found = rangeBefore(place(change), compare, day, start);
      return found && `${found.from} ${found.to}`;
    };
    expect(earlier('period', { choice: 'month' })).toBe('2026-10-01 2026-10-19');
    expect(earlier('period', { choice: 'month' }, '2026-11-30')).toBe('2026-10-01 2026-10-31');
    expect(earlier('period', { choice: 'quarter' })).toBe('2026-07-01 2026-08-19');
    expect(earlier('period', { choice: 'year' })).toBe('2025-01-01 2025-11-19');
    expect(earlier('period', { choice: 'last_year' }, today, '07-01')).toBe('2024-07-01 2025-06-30');
    expect(earlier('year', { choice: 'month' })).toBe('2025-11-01 2025-11-19');
    expect(earlier('year', { choice: 'year' }, '2028-02-29')).toBe('2027-01-01 2027-02-28');
    const typed = (from: string, to: string) => ({ choice: 'days' as const, from, to });
    expect(earlier('period', typed('2026-04-01', '2026-05-31'))).toBe('2026-02-01 2026-03-31');
    expect(earlier('period', typed('2026-04-10', '2026-04-19'))).toBe('2026-03-31 2026-04-09');
    expect(earlier('year', typed('2026-04-10', '2026-04-19'))).toBe('2025-04-10 2025-04-19');
    expect(rangeBefore(place({}), 'none', today, '01-01')).toBeNull();
  });

  it('of a balance sheet are compared with the end before, of the same kind', () => {
    const earlier = (compare: 'period' | 'year', choice: Place['choice'], to: string | null = null) =>
      rangeBefore(place({ kind: 'balance_sheet', choice, to }), compare, today, '01-01')?.to;
    expect(earlier('period', 'today')).toBe('2026-10-31');
    expect(earlier('period', 'last_month')).toBe('2026-09-30');
    expect(earlier('period', 'last_quarter')).toBe('2026-06-30');
    expect(earlier('period', 'last_year')).toBe('2024-12-31');
    expect(earlier('period', 'days', '2026-03-15')).toBe('2026-02-28');
    expect(earlier('year', 'today')).toBe('2025-11-19');
    expect(earlier('year', 'last_month')).toBe('2025-10-31');
    const offers = comparisons(place({ kind: 'balance_sheet', choice: 'today' }), today, '01-01');
    expect(offers.map(({ detail }) => detail)).toEqual([undefined, 'As of 2026-10-31', 'As of 2025-11-19']);
  });
});
