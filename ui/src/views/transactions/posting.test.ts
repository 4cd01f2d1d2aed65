import { describe, expect, it } from 'vitest';
import type { BalanceRow } from '$lib/backend/types/BalanceRow';
import {
  blank,
  bookedOf,
  canReverse,
  decisionReference,
  expiryOf,
  missingOf,
  obstacle,
  onSide,
  partyOf,
  refundOf,
  requestOf,
  signedThrough,
  type Values,
} from './posting';

const filled = (change: Partial<Values> = {}): Values => ({
  ...blank('EUR', '2026-11-19'),
  amount: '4,250.00',
  minor: '425000',
  source: { value: 'bln_1', label: 'Merrion Operating' },
  destination: { value: '@Rent', label: '@Rent' },
  ...change,
});
const preview = (ready: boolean, text = '') => ({
  ready,
  effects: [],
  reference: '',
  checks: text ? [{ kind: 'funds', ok: false, text, field: null, suggestions: [] }] : [],
});

describe('a posting form', () => {
  it('names the first thing that is missing', () => {
    expect(missingOf(blank('EUR', '2026-11-19'))).toBe('Enter an amount');
    expect(missingOf(filled({ source: null }))).toBe('Choose the balance it comes from');
    expect(missingOf(filled())).toBeNull();
  });

  it('shows what is available only where the money comes from', () => {
    const row = { id: 'bln_1', exponent: 2, currency: 'EUR', figures: { available: '900', balance: '1000' } };
    const from = partyOf(row as unknown as BalanceRow, 'source');
    expect(from.right).toBe('9.00 EUR available');
    expect(onSide(from, 'destination')?.right).toBe('10.00 EUR balance');
    expect(onSide(null, 'source')).toBeNull();
  });

  it('keeps thirty digits of an amount', () => {
    const minor = `1${'0'.repeat(32)}`;
    expect(requestOf(filled({ minor }), false).amount).toBe(minor);
  });

  it('creates an indicator only when that was agreed to', () => {
    expect(requestOf(filled(), false).create_indicators).toBe(false);
    expect(requestOf(filled(), true).create_indicators).toBe(true);
  });

  it('asks for an expiry only of a hold, and refuses a time that is none', () => {
    expect(expiryOf(filled({ expiryDay: '2026-11-20' }))).toBeNull();
    expect(expiryOf(filled({ mode: 'hold', expiryDay: '2026-11-20', expiryTime: '5pm' }))).toBeUndefined();
    expect(expiryOf(filled({ mode: 'hold', expiryDay: '2026-11-20', expiryTime: '17:00' }))).toMatch(
      /^2026-11-/,
    );
  });

  it('sends a reason for a signed period only after somebody chose to post anyway', () => {
    const typed = filled({ signedReason: ' The auditor asked ' });
    expect(requestOf(typed, false).signed_reason).toBeNull();
    expect(requestOf({ ...typed, anyway: true }, false).signed_reason).toBe('The auditor asked');
    expect(missingOf(filled({ anyway: true, signedReason: ' ' }))).toBe(
      'Enter the reason for posting into a signed period',
    );
  });

  it('gives every decision on a hold a reference of its own that fits', () => {
    expect(decisionReference('PAY-7745', 'C')).toMatch(/^PAY-7745-C-[2-9A-Z]{5}$/);
    expect(decisionReference('PAY-7745', 'V')).not.toBe(decisionReference('PAY-7745', 'V'));
    expect([...decisionReference('😀'.repeat(255), 'C')]).toHaveLength(248);
  });

  it('locks the date through the later signed end of both balances', () => {
    const party = (signedThrough: string | null) => ({ value: 'bln', label: 'Bank', signedThrough });
    expect(signedThrough(filled())).toBeNull();
    expect(signedThrough(filled({ source: party('2026-09-30'), destination: party('2026-10-31') }))).toBe(
      '2026-10-31',
    );
  });

  it('gives the failed check as the reason, and never lets an unchecked form through', () => {
    expect(obstacle(filled(), null, false)).toBe('Checking');
    expect(obstacle(filled(), preview(true), false)).toBe('Checking');
    const failing = (kind: string) => {
      const told = preview(false, 'Said whole.');
      return { ...told, checks: told.checks.map((check) => ({ ...check, kind })) };
    };
    expect(obstacle(filled(), failing('reference'), true)).toBe('Said whole.');
    expect(obstacle(filled(), failing('funds'), true)).toBe('The amount is more than is available');
    expect(obstacle(filled(), failing('signed_period'), true)).toBe('The date lies in a signed period');
    expect(obstacle(filled(), preview(true), true)).toBeNull();
  });
});

describe('a refund', () => {
  const entry = {
    id: 'txn_1',
    reference: 'PAY-7741',
    amount: '425000',
    currency: 'EUR',
    exponent: 2,
    committed: null,
    state: 'applied' as const,
    source_id: 'bank',
    source_name: 'Merrion Operating',
    destination_id: 'rent',
    destination_name: 'Rent',
  };

  it('goes the other way, and names what it gives back', () => {
    expect(refundOf(entry, 'Reversal')).toEqual({
      amount: '425000',
      currency: 'EUR',
      exponent: 2,
      reference: 'PAY-7741-R',
      description: 'Reversal of PAY-7741',
      source: { value: 'rent', label: 'Rent' },
      destination: { value: 'bank', label: 'Merrion Operating' },
      refunds: { id: 'txn_1', reference: 'PAY-7741', word: 'Reverse' },
    });
    const second = refundOf({ ...entry, reference: '😀'.repeat(255) }, 'Refund', 1);
    expect([...(second.reference ?? '')]).toHaveLength(255);
    expect(second.reference?.endsWith('-R2')).toBe(true);
    expect(second.description?.startsWith('Refund of ')).toBe(true);
  });

  it('takes back what was committed of a hold, and nothing of one that was let go', () => {
    const hold = { ...entry, state: 'part_voided' as const, committed: '100000' };
    expect(bookedOf(entry)).toBe('425000');
    expect(bookedOf(hold)).toBe('100000');
    expect(canReverse(hold)).toBe(true);
    expect(canReverse(hold, '1')).toBe(true);
    expect(canReverse(hold, '0')).toBe('PAY-7741 was given back already');
    expect(canReverse(hold, null)).toBe('PAY-7741 is a refund itself');
    expect(canReverse({ ...hold, state: 'held', committed: null })).toBe(
      'Nothing of PAY-7741 was booked, so there is nothing to give back',
    );
    expect(canReverse({ ...hold, state: 'voided', committed: '0' })).not.toBe(true);
  });
});
