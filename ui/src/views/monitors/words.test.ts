import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MonitorAlert } from '$lib/backend/types/MonitorAlert';
import {
  alertWords,
  COMPARISONS,
  comparisonOf,
  conditionWords,
  FIGURES,
  figureNow,
  figureOf,
  holds,
  tellsAgain,
} from './words';

beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));
afterAll(() => void vi.unstubAllGlobals());

const of = (field: string, operator: string, value = '50000') =>
  conditionWords({ field, operator, value, currency: 'EUR', exponent: 2 });

const alert = (change: Partial<MonitorAlert> = {}): MonitorAlert => ({
  monitor_id: 'mon_1',
  at: '2026-11-19T10:00:00Z',
  balance_id: 'bal_1',
  balance_name: 'Corrib Operating',
  currency: 'EUR',
  exponent: 2,
  field: 'balance',
  operator: '<',
  value: '50000',
  figure: '42000',
  description: '',
  transaction_id: 'txn_1',
  ...change,
});

describe('how often a monitor tells', () => {
  it('is what the book says, until somebody says otherwise', () => {
    const book = { monitors_repeat: true };
    expect(tellsAgain(undefined, book)).toBe(true);
    expect(tellsAgain(undefined, { monitors_repeat: false })).toBe(false);
    expect(tellsAgain({ repeat: false }, book)).toBe(false);
    expect(tellsAgain({ repeat: true }, undefined)).toBe(true);
    expect(tellsAgain(undefined, undefined)).toBe(false);
  });
});

describe('what a monitor watches for', () => {
  it('is said in plain words, each figure with each comparison', () => {
    expect(of('balance', '<')).toBe('Balance below 500.00 EUR');
    expect(of('inflight_debit_balance', '>=')).toBe('Held out at least 500.00 EUR');
    const all = FIGURES.flatMap(({ value: field }) => COMPARISONS.map(({ value }) => of(field, value)));
    expect(new Set(all).size).toBe(36);
    // No sign that the font of the window does not have.
    expect(all.join('')).not.toMatch(/[<>=≤≥≠]/);
  });

  it('reads the same in both vocabularies', () => {
    const words = [
      ['less_than', '<'],
      ['less_than_or_equal', '<='],
      ['equals', '='],
      ['==', '='],
      ['NOT_EQUALS', '!='],
      ['<>', '!='],
      ['greater_than_or_equal', '>='],
      [' greater_than ', '>'],
    ];
    for (const [word = '', sign = ''] of words) {
      expect(comparisonOf(word)).toBe(sign);
      expect(of('balance', word)).toBe(of('balance', sign));
    }
    expect(figureOf('credit')).toBe('credit_balance');
    expect(of('inflight', '<')).toBe(of('inflight_balance', '<'));
  });

  it('is shown as it is where a word is not known', () => {
    expect(comparisonOf('~')).toBeNull();
    expect(figureOf('fee')).toBeNull();
    expect(of('fee', '~')).toBe('fee ~ 500.00 EUR');
  });

  it('is looked up among the figures of a balance', () => {
    const figures = {
      balance: '-5',
      held_in: '30',
      held_out: '42',
      available: '-47',
      total_in: '70',
      total_out: '75',
    };
    expect(FIGURES.map(({ value }) => figureNow(figures, value))).toEqual([
      '-5',
      '70',
      '75',
      '-12',
      '30',
      '42',
    ]);
  });

  it('compares amounts of any length exactly', () => {
    const large = '900719925474099300000000001';
    const larger = '900719925474099300000000002';
    const row = (figure: string) => COMPARISONS.map(({ value }) => holds(figure, value, large));
    expect(row('-7')).toEqual([true, true, false, true, false, false]);
    expect(row(large)).toEqual([false, true, true, false, true, false]);
    expect(row(larger)).toEqual([false, false, false, true, true, true]);
  });
});

describe('alerts', () => {
  it('name balance, condition and figure of one, and the balances of several', () => {
    expect(alertWords([alert()])).toBe('Corrib Operating: balance below 500.00 EUR. It is 420.00 EUR.');
    const names = ['Till', 'Till', 'Rent', 'Wages', 'Tax'];
    expect(alertWords(names.map((balance_name) => alert({ balance_name })))).toBe(
      '5 alerts: Till, Rent, Wages and others',
    );
    expect(alertWords([])).toBe('');
  });
});
