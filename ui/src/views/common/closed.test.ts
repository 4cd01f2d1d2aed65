import { afterEach, describe, expect, it } from 'vitest';
import { memoryBackend, setBackend } from '$lib/backend';
import { closedSentence, holdsInClosed, isClosed, saysClosed } from './closed';
import { period } from './period.svelte';

describe('a closed period', () => {
  it('takes no day up to its last one', () => {
    expect(isClosed('2026-09-30', '2026-09-30')).toBe(true);
    expect(isClosed('2026-10-01', '2026-09-30')).toBe(false);
    expect(isClosed(null, '2026-09-30')).toBe(false);
    expect(isClosed('2026-09-30', null)).toBe(false);
  });

  it('is said as the engine says it', () => {
    const said = closedSentence('2026-09-30', '2026-10-01', '2026-09-12');
    expect(said).toBe(
      'The books are closed through 2026-09-30, so 2026-09-12 takes no postings. The first open day is 2026-10-01.',
    );
    expect(saysClosed(said)).toBe(true);
    expect(saysClosed('Main has 12.00 available.')).toBe(false);
    expect(saysClosed(null)).toBe(false);
  });

  it('counts the holds that would be refused', () => {
    const days = ['2026-09-12', '2026-09-30', '2026-10-01'];
    expect(holdsInClosed(days, '2026-09-30')).toContain('2 holds count for a closed day');
    expect(holdsInClosed(days.slice(1), '2026-09-30')).toContain('1 hold counts for a closed day');
    expect(holdsInClosed(days.slice(2), '2026-09-30')).toBeNull();
    expect(holdsInClosed(days, null)).toBeNull();
  });
});

describe('the period of the open book', () => {
  afterEach(() => period.forget());
  const answers = (answer: () => Promise<string | null>) =>
    setBackend(
      memoryBackend({
        handlers: {
          period_state: async () => {
            const closed_through = await answer();
            return { closed_through, open_from: closed_through && '2026-10-01', steps: [] };
          },
        },
      }),
    );

  it('is read, and forgotten with the book', async () => {
    answers(async () => '2026-09-30');
    await period.load();
    expect([period.closedThrough, period.openFrom]).toEqual(['2026-09-30', '2026-10-01']);
    period.forget();
    expect([period.closedThrough, period.openFrom]).toEqual([null, null]);
  });

  it('does not take an answer about a book that is closed by now', async () => {
    let give: (day: string) => void = () => undefined;
    answers(() => new Promise((resolve) => (give = resolve)));
    const reading = period.load();
    await Promise.resolve();
    period.forget();
    give('2026-09-30');
    await reading;
    expect(period.closedThrough).toBeNull();
  });
});
