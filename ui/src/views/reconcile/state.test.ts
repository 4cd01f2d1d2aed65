import { describe, expect, it, vi } from 'vitest';
import type { StatementRow } from '$lib/backend/types/StatementRow';
import { changedSince, listWords, stateWords } from './state';

vi.stubGlobal('navigator', { language: 'en-IE' });

const row = (state: StatementRow['state'], booked_since = 0): StatementRow =>
  ({ state, booked_since, last_run_at: null }) as StatementRow;

describe('state of a statement', () => {
  it('says that a signed period was changed', () => {
    expect(stateWords(row('signed', 1))).toBe('Signed, changed since');
    expect(stateWords(row('signed'))).toBe('Signed');
    expect(changedSince(row('in_review', 1))).toBe(false);
  });

  it('is counted in the head of the list', () => {
    expect(listWords([row('signed', 2), row('signed'), row('in_review')])).toBe(
      '3 statements, 1 not signed, 1 changed since signing',
    );
    expect(listWords([row('signed')])).toBe('1 statement, 0 not signed');
  });
});
