import { describe, expect, it } from 'vitest';
import { memoryBackend, setBackend } from '$lib/backend';
import type { HeldTotal } from '$lib/backend/types/HeldTotal';
import type { ListQuery } from '$lib/backend/types/ListQuery';
import type { ScheduledRow } from '$lib/backend/types/ScheduledRow';
import {
  closesWords,
  dayToClose,
  dayToKeep,
  monthBefore,
  opensWords,
  stateWords,
  stepWords,
  waitingThrough,
} from './periods';

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

  it('says before it is closed which days it adds, and which a reopening opens', () => {
    expect(closesWords('2026-10-31', null)).toBe('Every day through 2026-10-31');
    expect(closesWords('2026-10-31', '2026-09-30')).toBe('2026-10-01 through 2026-10-31');
    expect(closesWords('2026-10-01', '2026-09-30')).toBe('2026-10-01');
    expect(closesWords('2026-09-30', '2026-09-30')).toBe('No further day');
    expect(closesWords(null, null)).toBe('No further day');
    expect(opensWords('2026-09-30', '2026-10-31')).toBe(
      'Postings can be dated from 2026-10-01 through 2026-10-31 again.',
    );
    expect(opensWords('2026-10-30', '2026-10-31')).toBe('Postings can be dated on 2026-10-31 again.');
    expect(opensWords('2026-10-31', '2026-10-31')).toContain('Enter a day before it');
    expect(opensWords(null, '2026-10-31')).toBe(
      'Postings can be dated on every day through 2026-10-31 again.',
    );
  });

  it('counts what waits for a day in it: holds, and scheduled postings that would move money', async () => {
    const scheduled = (hold: boolean, effective_date: string | null, due: Date) =>
      ({ hold, due_at: due.toISOString(), request: { effective_date } }) as ScheduledRow;
    const [october, december] = [new Date(2026, 9, 31, 12), new Date(2026, 11, 1, 12)];
    let asked: ListQuery | undefined;
    const rows = [
      scheduled(false, '2026-10-31', december),
      scheduled(false, '2026-11-01', october),
      scheduled(false, null, october),
      scheduled(true, '2026-10-31', december),
    ];
    setBackend(
      memoryBackend({
        handlers: {
          // Two pages of them.
          scheduled_page: ({ query: { offset } }) => ({
            rows: rows.slice(offset, offset + 2),
            total: rows.length,
          }),
          holds_totals: ({ query }) => {
            asked = query;
            return [{ holds: 2 }, { holds: 1 }] as HeldTotal[];
          },
        },
      }),
    );
    expect(await waitingThrough('2026-10-31')).toEqual({ through: '2026-10-31', scheduled: 2, holds: 3 });
    expect(asked?.conditions.at(-1)).toEqual({ field: 'date', test: 'at_most', values: ['2026-10-31'] });
  });
});
