import { describe, expect, it } from 'vitest';
import { fitting, testsOf, toleranceWords, unitsOf } from './criteria';

describe('criteria', () => {
  it('drops a tolerance whose unit does not fit the new field', () => {
    const days = { value: '4', unit: 'days', currency: null } as const;
    const moved = fitting({ field: 'amount', test: 'equals', tolerance: days }, 'EUR');
    expect(moved).toEqual({ field: 'amount', test: 'equals', tolerance: null });
  });

  it('keeps a tolerance that still fits', () => {
    const percent = { value: '0.05', unit: 'percent', currency: null } as const;
    const kept = fitting({ field: 'amount', test: 'equals', tolerance: percent }, 'EUR');
    expect(kept.tolerance).toEqual(percent);
  });

  it('gives a text field its own test and a similar text its letters', () => {
    expect(fitting({ field: 'reference', test: 'greater_than', tolerance: null }, 'EUR').test).toBe(
      'found_in_text',
    );
    const similar = fitting({ field: 'description', test: 'similar', tolerance: null }, 'EUR');
    expect(similar.tolerance).toEqual({ value: '2', unit: 'letters', currency: null });
  });

  it('offers one unit where only one makes sense', () => {
    expect(unitsOf('reference', 'found_in_text').map((unit) => unit.value)).toEqual(['exact']);
    expect(testsOf('currency')).toHaveLength(1);
  });

  it('reads a tolerance in words', () => {
    expect(toleranceWords(null)).toBe('exactly');
    expect(toleranceWords({ value: '0.50', unit: 'money', currency: 'EUR' })).toBe('0.50 EUR');
    expect(toleranceWords({ value: '2', unit: 'letters', currency: null })).toBe('2 letters');
    expect(toleranceWords({ value: '1', unit: 'days', currency: null })).toBe('1 day');
  });
});
