import { describe, expect, it } from 'vitest';
import { localDay } from '$lib/dates';
import { clockWarning } from './warning';

const NOW = Date.parse('2026-11-19T10:24:00Z');
const at = (minutes: number | null): string | null =>
  minutes === null ? null : new Date(NOW + minutes * 60_000).toISOString();
const hold = (reference: string, commits: number | null, expires: number | null) => ({
  reference,
  commits_at: at(commits),
  expires_at: at(expires),
});
const said = (...holds: ReturnType<typeof hold>[]) =>
  clockWarning(holds, NOW, '2030-01-01')
    ?.replaceAll(localDay(NOW), 'DAY')
    .replaceAll(/\d\d:\d\d/g, 'TIME');

describe('what the clock does to holds', () => {
  it('is said of one', () => {
    expect(said(hold('A', null, 60))).toBe('It voids itself at DAY TIME if nobody acts.');
    expect(said(hold('A', 60, 120))).toBe('It commits itself at DAY TIME if nobody acts.');
    expect(said(hold('A', -5, null))).toBe('It was to commit itself at DAY TIME.');
    expect(said(hold('A', -5, 60))).toBe('It voids itself at DAY TIME if nobody acts.');
    expect(said(hold('A', 5000, 6000))).toBeUndefined();
    expect(said(hold('A', null, null))).toBeUndefined();
  });

  it('counts those that commit themselves apart from those that void themselves', () => {
    expect(said(hold('A', null, 90), hold('B', null, 60))).toBe(
      'All 2 expire within a day and void themselves if nobody acts. B is first, at DAY TIME.',
    );
    expect(said(hold('A', null, 90), hold('B', 30, 60), hold('C', null, null))).toBe(
      '1 of the 3 expires within a day and voids itself if nobody acts. A is first, at DAY TIME. ' +
        '1 of the 3 commits itself within a day if nobody acts. B is first, at DAY TIME.',
    );
  });
});
