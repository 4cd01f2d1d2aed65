import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { HistoryRow } from '$lib/backend/types/HistoryRow';
import { fieldName, fieldsOf, shortLink, summary, wordsOf } from './kinds';

describe('the history', () => {
  beforeAll(() => {
    vi.stubGlobal('navigator', { language: 'en-IE' });
  });

  it('names what was written down', () => {
    expect(fieldName('source_name')).toBe('From');
    expect(fieldName('left_out')).toBe('Left out');
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
