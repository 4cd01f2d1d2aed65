import { describe, expect, it } from 'vitest';
import type { BalanceRow } from '$lib/backend/types/BalanceRow';
import type { ScheduledRow } from '$lib/backend/types/ScheduledRow';
import {
  blank,
  bookedOf,
  canReverse,
  commitOf,
  decisionReference,
  dueOf,
  expiryOf,
  missingOf,
  obstacle,
  onSide,
  partyOf,
  periodOf,
  refundOf,
  requestOf,
  signedThrough,
  stands,
  takeWay,
  type Values,
  valuesOfScheduled,
  wayOf,
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
  existing: false,
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

  it('is posted now, held, or scheduled, where a hold may be scheduled too', () => {
    const of = (change: Partial<Values>) => wayOf(filled(change));
    expect(of({})).toBe('post');
    expect(of({ mode: 'hold' })).toBe('hold');
    expect(of({ when: 'later' })).toBe('later');
    expect(of({ when: 'later', mode: 'hold' })).toBe('later');
    const values = filled({ mode: 'hold', dueDay: '2026-12-01' });
    takeWay(values, 'later', '2026-11-19');
    expect(values).toMatchObject({ when: 'later', mode: 'post', date: '2026-12-01' });
    takeWay(values, 'hold', '2026-11-19');
    expect(values).toMatchObject({ when: 'now', mode: 'hold', date: '2026-11-19' });
    // A date that was set apart stays.
    const apart = filled({ when: 'later', dueDay: '2026-12-01', date: '2026-11-01' });
    takeWay(apart, 'post', '2026-11-19');
    expect(apart.date).toBe('2026-11-01');
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

  it('says when a hold commits itself, which lies before it voids itself', () => {
    const hold = (change: Partial<Values>) => filled({ mode: 'hold', commitDay: '2026-11-21', ...change });
    expect(commitOf(hold({ mode: 'post' }))).toBeNull();
    expect('commits_at' in requestOf(filled({ mode: 'hold' }), false)).toBe(false);
    expect(requestOf(hold({ commitTime: '09:30' }), false).commits_at).toBe(
      new Date(2026, 10, 21, 9, 30).toISOString(),
    );
    expect(missingOf(hold({ commitTime: 'soon' }))).toBe('Enter the time as 17:00');
    expect(missingOf(hold({ expiryDay: '2026-11-21', expiryTime: '10:00' }))).toBeNull();
    expect(missingOf(hold({ expiryDay: '2026-11-21', expiryTime: '09:00' }))).toBe(
      'The hold would void itself before it commits itself',
    );
    const later = { when: 'later' as const, dueDay: '2999-01-01', dueTime: '09:00' };
    expect(missingOf(hold(later))).toBe('The hold would commit itself before it is made');
  });

  it('sends the origin of the money beside what else is noted', () => {
    expect(requestOf(filled(), false).metadata).toBeNull();
    expect(requestOf(filled({ origin: ' Grant 7 ', metadata: { project: 'A' } }), false).metadata).toEqual({
      project: 'A',
      lineage_provider: 'Grant 7',
    });
    expect(missingOf(filled({ origin: 'x'.repeat(201) }))).toBe('The origin has at most 200 characters');
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
    expect(obstacle(filled(), failing('closed_period'), true)).toBe('The date lies in a closed period');
    expect(obstacle(filled(), preview(true), true)).toBeNull();
  });

  it('says that the books are closed before it says that a statement was signed', () => {
    const of = (...kinds: string[]) => {
      const told = preview(false, 'Said whole.');
      return { ...told, checks: kinds.map((kind) => ({ ...told.checks[0]!, kind })) };
    };
    expect(periodOf(of('signed_period', 'closed_period'))?.kind).toBe('closed_period');
    expect(periodOf(of('funds', 'signed_period'))?.kind).toBe('signed_period');
    expect(periodOf(of('funds'))).toBeNull();
    expect(periodOf(null)).toBeNull();
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

describe('a posting that is booked on a day and time', () => {
  const later = (change: Partial<Values> = {}) =>
    filled({ when: 'later', dueDay: '2999-12-01', dueTime: '09:30', ...change });

  it('has an instant, in the time of this computer', () => {
    expect(dueOf(filled({ dueDay: '2999-12-01' }))).toBeNull();
    expect(dueOf(later())).toBe(new Date(2999, 11, 1, 9, 30).toISOString());
    expect(dueOf(later({ dueTime: 'noon' }))).toBeUndefined();
  });

  it('says what is missing', () => {
    expect(missingOf(later())).toBeNull();
    expect(missingOf(later({ dueDay: null }))).toBe('Enter the day it is booked on');
    expect(missingOf(later({ dueTime: '' }))).toBe('Enter the time as 17:00');
    expect(missingOf(later({ dueDay: '2020-01-01' }))).toBe('The time it is booked at has passed');
    const hold = later({ mode: 'hold', expiryDay: '2999-12-01', expiryTime: '09:00' });
    expect(missingOf(hold)).toBe('The hold would void itself before it is made');
  });

  it('may want money that is not there yet, and nothing else', () => {
    expect(obstacle(filled(), preview(false, 'It has too little.'), true)).not.toBeNull();
    expect(obstacle(later(), preview(false, 'It has too little.'), true)).toBeNull();
    expect(stands(later(), { ok: false, kind: 'currency' })).toBe(true);
    expect(stands(later(), { ok: false, kind: 'funds' })).toBe(false);
    expect(stands(filled(), { ok: true, kind: 'funds' })).toBe(false);
  });

  it('is taken up again as it was asked for', () => {
    const row = {
      id: 'sch_1',
      reference: 'RENT-12',
      due_at: new Date(2999, 11, 1, 9, 30).toISOString(),
      request: {
        ...requestOf(later({ mode: 'hold', anyway: true, signedReason: 'Agreed' }), false),
        expires_at: new Date(2999, 11, 4, 17, 0).toISOString(),
      },
    } as ScheduledRow;
    expect(valuesOfScheduled(row, false)).toMatchObject({
      mode: 'hold',
      when: 'later',
      dueDay: '2999-12-01',
      dueTime: '09:30',
      expiryDay: '2999-12-04',
      expiryTime: '17:00',
      anyway: true,
      signedReason: 'Agreed',
      scheduled: { id: 'sch_1', reference: 'RENT-12' },
    });
    expect(valuesOfScheduled(row, true)).toMatchObject({ dueDay: null, dueTime: '09:30', scheduled: null });
    // When it commits itself, its origin and whatever else is noted come along, and go out as they came.
    const commits_at = new Date(2999, 11, 3, 8, 15).toISOString();
    const metadata = { project: 'A', lineage_provider: 'Grant' };
    const noted = { ...row, request: { ...row.request, commits_at, metadata } };
    const values = valuesOfScheduled(noted as unknown as ScheduledRow, false);
    expect(values).toMatchObject({ commitDay: '2999-12-03', commitTime: '08:15', origin: 'Grant' });
    const request = requestOf(filled(values as Partial<Values>), false);
    expect(request).toMatchObject({ commits_at, metadata });
  });
});
