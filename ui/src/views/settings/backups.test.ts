import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { memoryBackend, setBackend } from '$lib/backend';
import type { BackupPlan } from '$lib/backend/types/BackupPlan';
import { toasts } from '$lib/parts/toasts.svelte';
import { backUpNow, backups } from '../common/backups.svelte';
import {
  changeWords,
  copiesWords,
  copyPath,
  hoursOf,
  isSame,
  overdueSince,
  planWords,
  readHours,
  readKeep,
  roomWords,
  scheduleOf,
  undoOf,
} from './backups';

beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));

const plan = (change: Partial<BackupPlan> = {}): BackupPlan => ({
  every_hours: 24,
  keep: 10,
  before_import: true,
  folder: '/books/Quay backups',
  ...change,
});

describe('the schedule of copies', () => {
  it('is chosen as a word, or as hours', () => {
    expect([0, 24, 168, 1, 25].map(scheduleOf)).toEqual(['off', 'day', 'week', 'hours', 'hours']);
    expect(hoursOf('week', 24)).toBe(168);
    expect(hoursOf('off', 24)).toBe(0);
    expect(hoursOf('hours', 24)).toBe(6);
    expect(hoursOf('hours', 36)).toBe(36);
  });

  it('takes whole numbers that the engine takes, and says so of others', () => {
    expect(readKeep(' 12 ')).toBe(12);
    expect(readKeep('1000')).toBe(1000);
    expect(readHours('8784')).toBe(8784);
    for (const text of ['', '0', '-1', '1.5', 'ten', '1001', '9999999999'])
      expect(readKeep(text)).toMatch(/^Enter a number from 1 to 1.?000\.$/);
    expect(readHours('8785')).toMatch(/^Enter a number from 1 to 8.?784\.$/);
  });

  it('is said in a sentence', () => {
    expect(planWords(plan())).toBe(
      'A copy is made every day while the book is open, if anything was done since the last one.',
    );
    expect(planWords(plan({ every_hours: 6 }))).toContain('every 6 hours');
    expect(planWords(plan({ every_hours: 0 }))).toBe(
      'A copy is made before imports, and when you ask for one.',
    );
    expect(planWords(plan({ every_hours: 0, before_import: false }))).toBe(
      'A copy is made only when you ask for one.',
    );
    expect(roomWords(3, 10)).toBe('The oldest make room for new ones.');
    expect(roomWords(10, 10)).toBe('The oldest goes with the next copy.');
    expect(roomWords(10, 5)).toBe('The oldest 6 go with the next copy.');
  });

  it('is changed in one part, which is told and undone', () => {
    expect(changeWords({ every_hours: 168 })).toBe('Copies are made every week');
    expect(changeWords({ every_hours: 1 })).toBe('Copies are made every hour');
    expect(changeWords({ every_hours: 0 })).toBe('No copies are made by the clock');
    expect(changeWords({ keep: 1 })).toBe('1 copy is kept');
    expect(changeWords({ keep: 12 })).toBe('12 copies are kept');
    expect(changeWords({ before_import: false })).toBe('No copy is made before imports');
    expect(undoOf(plan(), { keep: 12 })).toEqual({ keep: 10 });
    expect(undoOf(plan(), { before_import: false })).toEqual({ before_import: true });
    expect(isSame(plan(), { keep: 10 })).toBe(true);
    expect(isSame(plan(), { keep: 12 })).toBe(false);
  });
});

describe('copies', () => {
  const made = { at: '2026-11-19T10:00:00Z' };
  const at = (text: string) => Date.parse(text);

  it('are missed when one was due and none was made', () => {
    const later = '2026-11-19T12:00:00Z';
    const due = at('2026-11-20T10:00:00Z');
    expect(overdueSince(plan(), made, later, at('2026-11-20T09:00:00Z'))).toBeNull();
    expect(overdueSince(plan(), made, later, due + 60_000)).toBeNull();
    expect(overdueSince(plan(), made, later, due + 600_000)).toBe(due);
    // Nothing was done since, or not until now.
    expect(overdueSince(plan(), made, '2026-11-19T09:00:00Z', due + 600_000)).toBeNull();
    expect(overdueSince(plan(), made, '2026-11-25T10:00:00Z', at('2026-11-25T10:01:00Z'))).toBeNull();
    expect(overdueSince(plan({ every_hours: 0 }), made, later, due + 600_000)).toBeNull();
    expect(overdueSince(plan(), undefined, later, due + 600_000)).toBeNull();
  });

  it('are opened under a name that says which one it is', () => {
    const row = { at: new Date(2026, 10, 19, 9, 5).toISOString() };
    expect(copyPath('/books/Quay.tieout', row)).toBe('/books/Quay restored 2026-11-19 0905.tieout');
    expect(copiesWords([{ bytes: 2 }, { bytes: 3 }], (n) => `${n} bytes`)).toBe('2 copies, 5 bytes');
    expect(copiesWords([], String)).toBe('');
  });

  afterEach(() => {
    for (const { id } of toasts.list) toasts.close(id);
    backups.forget();
    backups.shown = 0;
  });

  it('are made one at a time, and say it', async () => {
    let asked = 0;
    setBackend(
      memoryBackend({
        handlers: {
          backup_now: async () => {
            asked += 1;
            return { path: '/b/x', name: 'Quay 2026-11-19 100000Z.tieout', at: made.at, bytes: 1 };
          },
        },
      }),
    );
    await Promise.all([backUpNow(), backUpNow()]);
    expect(asked).toBe(1);
    expect(toasts.list.map(({ text }) => text)).toEqual([
      'The book was copied to Quay 2026-11-19 100000Z.tieout',
    ]);
  });

  it('that cannot be made are told beside the list, and elsewhere as a message', async () => {
    setBackend(
      memoryBackend({
        handlers: {
          backup_now: () => {
            throw { code: 'FILE', message: 'Quay backups could not be written: no space is left.' };
          },
        },
      }),
    );
    backups.shown = 1;
    await backUpNow();
    expect(backups.problem?.code).toBe('FILE');
    expect(toasts.list).toEqual([]);
    backups.shown = 0;
    await backUpNow();
    expect(toasts.list[0]).toMatchObject({ tone: 'neg', action: { label: 'Show' } });
    expect(backups.busy).toBe(false);
  });
});
