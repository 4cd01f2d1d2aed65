import { describe, expect, it } from 'vitest';
import type { AccountRow } from '$lib/backend/types/AccountRow';
import type { BalanceRow } from '$lib/backend/types/BalanceRow';
import { accountProblems, accountRequest, accountValues } from './account';
import { shownAccounts, shownBalances } from './rows';

const account = (more: Partial<AccountRow> = {}): AccountRow => ({
  id: 'acc_1',
  identity_id: 'idt_1',
  balance_id: null,
  balance_name: null,
  name: '',
  bank: 'AIB',
  number: 'IE29 AIBK 9311 5212 3456 78',
  masked: '••••5678',
  currency: 'EUR',
  created_at: '2026-11-01T09:00:00Z',
  ...more,
});

describe('an account', () => {
  it('needs a number, and a currency or a balance', () => {
    expect(Object.keys(accountProblems(accountValues(null)))).toEqual(['number', 'currency']);
    const values = accountValues(account());
    expect(accountProblems(values)).toEqual({});
    expect(accountProblems({ ...values, number: ' - ' })).toHaveProperty('number');
    const balance = { value: 'b', label: 'Wallet', currency: 'USD' };
    expect(accountProblems({ ...values, currency: null, balance })).toEqual({});
  });

  it('leaves the currency to its balance', () => {
    const values = accountValues(account({ balance_id: 'b', balance_name: 'Wallet', currency: 'POINTS' }));
    expect(values.balance).toMatchObject({ value: 'b', label: 'Wallet', currency: 'POINTS' });
    expect(accountRequest('idt_1', { ...values, bank: ' AIB ' })).toEqual({
      identity_id: 'idt_1',
      balance_id: 'b',
      name: '',
      bank: 'AIB',
      number: 'IE29 AIBK 9311 5212 3456 78',
      currency: '',
    });
    expect(accountRequest('idt_1', { ...values, balance: null }).currency).toBe('POINTS');
  });
});

describe('rows of a page', () => {
  it('are found by a number however it is written', () => {
    const all = [account(), account({ id: 'acc_2', number: '12-34', bank: 'Revolut' })];
    const found = (text: string) => shownAccounts(all, { text, sort: [] }).map(({ id }) => id);
    expect(found('aibk9311')).toEqual(['acc_1']);
    expect(found('9311 52')).toEqual(['acc_1']);
    expect(found('revo')).toEqual(['acc_2']);
    expect(found('')).toEqual(['acc_1', 'acc_2']);
  });

  it('are sorted either way and keep their order otherwise', () => {
    const all = ['b', 'a', 'b'].map((bank, n) => account({ id: String(n), bank }));
    const order = (desc: boolean) =>
      shownAccounts(all, { text: '', sort: [{ column: 'bank', desc }] }).map(({ id }) => id);
    expect(order(false)).toEqual(['1', '0', '2']);
    expect(order(true)).toEqual(['0', '2', '1']);
    const balances = [
      { name: 'Wallet', ledger: 'A', currency: 'EUR' },
      { name: 'Debt', ledger: 'B', currency: 'USD' },
    ] as BalanceRow[];
    expect(shownBalances(balances, { text: 'usd', sort: [] })).toHaveLength(1);
    const sorted = shownBalances(balances, { text: '', sort: [{ column: 'name', desc: false }] });
    expect(sorted[0]?.name).toBe('Debt');
  });
});
