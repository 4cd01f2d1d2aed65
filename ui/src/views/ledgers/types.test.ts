import { describe, expect, it } from 'vitest';
import { settings } from '$lib/settings';
import {
  chosenType,
  givenType,
  MEANINGS,
  sideWord,
  typeBeside,
  typeOfName,
  typeOptions,
  typeWord,
} from './types';

const ledger = (name: string, account_type: string | null) => ({ name, account_type });

describe('the type of a ledger', () => {
  it('is read from the first part of its name', () => {
    expect(typeOfName('Assets/Bank')).toBe('asset');
    expect(typeOfName(' LIABILITIES / Tax')).toBe('liability');
    expect(typeOfName('Revenue')).toBe('income');
    expect(typeOfName('Bank/Assets')).toBeNull();
    expect(typeOfName('constructor')).toBeNull();
    expect(typeOfName('')).toBeNull();
  });

  it('is given only where it is not what the name says', () => {
    expect(givenType(ledger('Assets/Bank', 'asset'))).toBe('');
    expect(givenType(ledger('Assets/Bank', 'expense'))).toBe('expense');
    expect(givenType(ledger('Till', 'asset'))).toBe('asset');
    expect(givenType(ledger('Till', null))).toBe('');
  });

  it('stands beside the name where the name does not say it', () => {
    expect(typeBeside(ledger('Assets/Bank', 'asset'))).toBe('');
    expect(typeBeside(ledger('Till', 'asset'))).toBe('asset');
    expect(typeBeside(ledger('Till', null))).toBe('no type');
  });

  it('offers the name first, with what it comes to', () => {
    expect(typeOptions('Income/Sales')[0]).toEqual({ value: '', label: 'By its name', detail: 'Income' });
    expect(typeOptions('Till')[0]?.detail).toBe('says no type');
    expect(typeOptions('Till').map(({ value }) => value)).toEqual([
      '',
      'asset',
      'liability',
      'equity',
      'income',
      'expense',
    ]);
    expect(typeWord('liability')).toBe('Liability');
  });

  it('is the one that is chosen, or the one that the name says', () => {
    expect(chosenType('Income/Sales', '')).toBe('income');
    expect(chosenType('Income/Sales', 'asset')).toBe('asset');
    expect(chosenType('Till', '')).toBeNull();
  });

  it('says its normal side in the words of the book', () => {
    expect(sideWord(MEANINGS.asset.side)).toBe('Debit (in)');
    expect(sideWord(MEANINGS.income.side)).toBe('Credit (out)');
    settings.columnNames = 'as-stored';
    expect(sideWord(MEANINGS.asset.side)).toBe('Credit (in)');
    settings.columnNames = 'in-out';
  });
});
