import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { HistoryRow } from '$lib/backend/types/HistoryRow';
import {
  fieldName,
  fieldsOf,
  KINDS,
  originsOf,
  placeOf,
  shortLink,
  shownAs,
  summary,
  wordsOf,
} from './kinds';

describe('the history', () => {
  beforeAll(() => {
    vi.stubGlobal('navigator', { language: 'en-IE' });
  });

  it('names what was written down', () => {
    expect(fieldName('source_name')).toBe('From');
    expect(fieldName('left_out')).toBe('Left out');
    expect(shownAs('operator', 'less_than')).toBe('below');
    expect(shownAs('field', 'inflight_debit_balance')).toBe('Held out');
    expect(shownAs('role', 'before')).toBe('Before a posting');
    expect(shownAs('status', 'INFLIGHT')).toBe('Held');
    expect(shownAs('fields', '["phone_number","street"]')).toBe('phone number and street');
    expect(shownAs('protected', '[]')).toBe('');
    expect(shownAs('strategy', 'fifo')).toBe('First in, first out');
    expect(fieldName('strategy')).toBe('Spent first');
  });

  it('puts first what is read first, and leaves out what stands above', () => {
    const what = { kind: 'hold.expired', verb: 'ran out:', object: 'PAY-1', amount: '1', at: '', actor: '' };
    const fields = ['amount', 'reason', 'line', 'reference'].map((name) => ({ name, value: 'x' }));
    const row = {
      number: 1,
      link: '',
      fields,
      what: { ...what, object_id: '', currency: 'EUR', exponent: 2 },
    };
    expect(fieldsOf(row).map(({ name }) => name)).toEqual(['reference', 'reason', 'line']);
    const plain: HistoryRow = { ...row, what: { ...row.what, amount: null } };
    expect(fieldsOf(plain).map(({ name }) => name)).toContain('amount');
    expect(wordsOf(row)).toEqual({ verb: 'voided', object: 'PAY-1', after: ', expired' });
  });

  it('lists the origins that were moved by the names of their balances', () => {
    const move = (balance: string, kind: string, amount: string) => ({
      balance,
      origin: 'Grant',
      kind,
      amount,
    });
    const told = (lineage: string) => ({
      number: 1,
      link: '',
      what: { amount: '60' } as HistoryRow['what'],
      fields: [
        { name: 'source', value: 'bln_1' },
        { name: 'source_name', value: 'Wallet' },
        { name: 'lineage', value: lineage },
      ],
    });
    const row = told(JSON.stringify([move('bln_1', 'spent', '60'), move('bln_2', 'received', '60')]));
    expect(originsOf(row)).toEqual([
      { id: 'bln_1', name: 'Wallet', lines: [{ origin: 'Grant', what: 'Spent', minor: '60' }] },
      { id: 'bln_2', name: 'bln_2', lines: [{ origin: 'Grant', what: 'Received', minor: '60' }] },
    ]);
    expect(fieldsOf(row).map(({ name }) => name)).toEqual(['source_name', 'source']);
    // What cannot be read is shown as it was written down.
    for (const broken of ['{', '{"a":1}', '[{"amount":"x"}]', '[null]']) {
      expect(originsOf(told(broken))).toEqual([]);
      expect(fieldsOf(told(broken)).map(({ name }) => name)).toContain('lineage');
    }
  });

  it('offers every kind once, the newer ones too', () => {
    const offered = KINDS.flatMap(({ value }) => value.split('|'));
    expect(new Set(offered).size).toBe(offered.length);
    for (const kind of [
      ...['period.closed', 'period.reopened', 'ledger.typed', 'monitor.fired'],
      ...['monitor.created', 'monitor.changed', 'monitor.deleted', 'posting.scheduled', 'posting.queued'],
      ...['posting.rescheduled', 'posting.cancelled', 'posting.rejected'],
      ...['webhook.created', 'webhook.changed', 'webhook.deleted', 'webhook.secret_renewed'],
      ...['webhook.replayed', 'webhook.hosts_allowed'],
      ...['identity.created', 'identity.changed', 'identity.protected', 'identity.unprotected'],
      ...['identity.revealed', 'identity.deleted', 'account.created', 'account.changed'],
      ...['account.deleted', 'balance.linked', 'balance.unlinked'],
      ...['privacy.key_used', 'privacy.key_shown', 'privacy.sealed_anew'],
    ])
      expect(offered).toContain(kind);
    expect(new Set(KINDS.map(({ label }) => label)).size).toBe(KINDS.length);
  });

  it('leads to what an entry is about', () => {
    const of = (kind: string) => placeOf({ kind, object_id: 'x' } as HistoryRow['what']);
    expect(of('hold.voided')).toMatchObject({ view: 'transactions', params: { id: 'x' } });
    expect(of('balance.changed')).toMatchObject({ view: 'ledgers', params: { id: 'x' } });
    expect(of('monitor.fired')).toMatchObject({ view: 'monitors', params: { tab: 'alerts' } });
    expect(of('webhook.created')).toMatchObject({ view: 'monitors', params: { tab: 'webhooks' } });
    expect(of('webhook.replayed')).toMatchObject({ view: 'monitors', params: { tab: 'deliveries' } });
    expect(of('posting.rejected')?.view).toBe('scheduled');
    expect(of('identity.revealed')).toMatchObject({ view: 'identities', params: { id: 'x' } });
    expect(of('account.created')).toMatchObject({ view: 'identities', params: { id: 'x' } });
    expect(of('balance.linked')).toMatchObject({ view: 'ledgers', params: { id: 'x' } });
    expect(of('privacy.key_shown')).toMatchObject({ view: 'settings', params: { page: 'book' } });
    expect(of('identity.deleted')).toBeNull();
    expect(of('rule.saved')).toBeNull();
  });

  it('shortens a link to what an eye compares', () => {
    expect(shortLink(`9f3c71ab${'0'.repeat(52)}beef`)).toBe('9f3c71ab…beef');
  });

  it('says what was verified', () => {
    const check = {
      verified: 5814,
      journal_rows: 1,
      head: '',
      broken_at: null,
      problems: [],
      heads_found: 0,
      head_differs: null,
      took_ms: 1240,
    };
    expect(summary(check)).toBe('5,814 entries verified and 1 row of the journal compared in 1.2 s.');
    expect(summary({ ...check, took_ms: 9, heads_found: 2 })).toBe(
      '5,814 entries verified and 1 row of the journal compared in 9 ms. 2 earlier heads found unchanged.',
    );
  });
});
