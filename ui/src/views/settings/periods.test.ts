import { describe, expect, it } from 'vitest';
import { dayToClose, dayToKeep, monthBefore, stateWords, stepWords } from './periods';

const step = (reopened: boolean, before: string | null, after: string | null) => ({
  at: '',
  actor: '',
  reason: null,
  reopened,
  before,
  after,
});

describe('a closed period', () => {
  it('is proposed through the end of last month, then through yesterday', () => {
    expect(dayToClose('2026-11-19', null)).toBe('2026-10-31');
    expect(dayToClose('2026-03-01', '2026-01-31')).toBe('2026-02-28');
    expect(dayToClose('2026-11-19', '2026-10-31')).toBe('2026-11-18');
    expect(dayToClose('2026-11-19', '2026-11-18')).toBeNull();
    expect(dayToClose('2026-11-01', '2026-10-31')).toBeNull();
  });

  it('is proposed to be kept through the month before', () => {
    expect(dayToKeep('2026-10-31')).toBe('2026-09-30');
    expect(monthBefore('2028-03-15')).toBe('2028-02-29');
    expect(monthBefore('2026-01-01')).toBe('2025-12-31');
  });

  it('says what it is and how it came to that', () => {
    const state = (closed_through: string | null, open_from: string | null) => ({
      closed_through,
      open_from,
      steps: [],
    });
    expect(stateWords(state(null, null))).toBe('Every day is open.');
    expect(stateWords(state('2026-10-31', '2026-11-01'))).toBe(
      'Closed through 2026-10-31. The first open day is 2026-11-01.',
    );
    expect(stepWords(step(false, null, '2026-10-31'))).toBe('Closed through 2026-10-31');
    expect(stepWords(step(true, '2026-10-31', '2026-09-30'))).toBe(
      'Reopened from 2026-10-01 through 2026-10-31',
    );
    expect(stepWords(step(true, '2026-10-31', null))).toBe('Reopened all days through 2026-10-31');
  });
});
