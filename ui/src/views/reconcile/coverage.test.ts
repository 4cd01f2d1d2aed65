import { describe, expect, it } from 'vitest';
import type { BalanceRow } from '$lib/backend/types/BalanceRow';
import type { StatementRow } from '$lib/backend/types/StatementRow';
import { listRows } from './coverage';
import { maskedAccount } from './words';

const statement = (period_from: string, period_to: string): StatementRow =>
  ({
    id: `${period_from}`,
    balance_id: 'b1',
    balance_name: 'Merrion Operating',
    currency: 'EUR',
    account: null,
    period_from,
    period_to,
  }) as StatementRow;
const account = (id: string, name: string) =>
  ({ id, name, currency: 'EUR', account_number: null }) as BalanceRow;
const said = (statements: StatementRow[], accounts: BalanceRow[] = [], today = '2026-11-19') =>
  listRows(statements, accounts, today).map((row) =>
    row.kind === 'missing'
      ? `missing ${row.from} ${row.to}${row.months > 1 ? ` (${row.months})` : ''}${row.running ? ' running' : ''}`
      : row.kind === 'statement'
        ? row.row.period_from
        : `${row.kind} ${row.name}`,
  );

describe('listRows', () => {
  it('shows each missing month up to the month of today, newest first', () => {
    expect(said([statement('2026-07-01', '2026-07-31'), statement('2026-09-01', '2026-09-30')])).toEqual([
      'account Merrion Operating',
      'missing 2026-11-01 2026-11-30 running',
      'missing 2026-10-01 2026-10-31',
      '2026-09-01',
      'missing 2026-08-01 2026-08-31',
      '2026-07-01',
    ]);
  });

  it('misses no days between which the balance did not change', () => {
    const october = { ...statement('2026-10-01', '2026-10-28'), closing: '987009' };
    const november = (opening: string) => ({ ...statement('2026-11-02', '2026-11-18'), opening });
    expect(said([october, november('987009')]).filter((row) => row.includes('2026-10-29'))).toEqual([]);
    expect(said([october, november('1')])).toContain('missing 2026-10-29 2026-10-31');
  });

  it('begins in the middle of a month when the statement ended there', () => {
    expect(said([statement('2026-11-01', '2026-11-15')])).toEqual([
      'account Merrion Operating',
      'missing 2026-11-16 2026-11-30 running',
      '2026-11-01',
    ]);
  });

  it('puts what is long past together and misses nothing of a statement within another', () => {
    const rows = said([statement('2020-01-01', '2020-12-31'), statement('2020-03-01', '2020-03-31')]);
    expect(rows.slice(1, 3)).toEqual([
      'missing 2026-11-01 2026-11-30 running',
      'missing 2026-10-01 2026-10-31',
    ]);
    expect(rows[13]).toBe('missing 2021-01-01 2025-11-30 (59)');
    expect(rows.slice(14)).toEqual(['2020-03-01', '2020-01-01']);
  });

  it('names the accounts that wait for their first statement', () => {
    expect(said([], [account('b2', 'Sterling'), account('b1', 'Merrion Operating')])).toEqual([
      'account Merrion Operating',
      'none Merrion Operating',
      'account Sterling',
      'none Sterling',
    ]);
  });
});

describe('maskedAccount', () => {
  it('keeps the country and the last 4', () => {
    expect(maskedAccount('IE29 AIBK 9311 5212 3444 71')).toBe('IE •••• 4471');
    expect(maskedAccount('12-34567890')).toBe('•••• 7890');
    expect(maskedAccount('4471')).toBe('4471');
  });
});
