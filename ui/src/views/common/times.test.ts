import { describe, expect, it } from 'vitest';
import { clockTime, localDay } from '$lib/dates';
import { bucketOf, instantOf, timeLeft, timerOf, timerText } from './times.svelte';

const NOW = Date.parse('2026-11-19T10:24:00Z');
const inMinutes = (n: number): string => new Date(NOW + n * 60_000).toISOString();

describe('time left', () => {
  it('uses minutes below an hour, hours below a day and days above', () => {
    expect(timeLeft(inMinutes(12), NOW)).toBe('12 m');
    expect(timeLeft(inMinutes(216), NOW)).toBe('3 h 36 m');
    expect(timeLeft(inMinutes(1500), NOW)).toBe('1 d 1 h');
    expect(timeLeft(inMinutes(2880), NOW)).toBe('2 d');
  });

  it('says less than a minute rather than nothing, and ends at zero', () => {
    expect(timeLeft(new Date(NOW + 1).toISOString(), NOW)).toBe('less than 1 m');
    expect(timeLeft(inMinutes(0), NOW)).toBeNull();
  });
});

describe('what the clock does to a hold', () => {
  const hold = (commits: number | null, expires: number | null) => ({
    commits_at: commits === null ? null : inMinutes(commits),
    expires_at: expires === null ? null : inMinutes(expires),
  });

  it('is the commit before the expiry, for as long as it is to come', () => {
    expect(timerOf(hold(90, 3000), NOW)).toMatchObject({ what: 'commits', left: '1 h 30 m', soon: true });
    expect(timerOf(hold(3000, null), NOW)).toMatchObject({ what: 'commits', left: '2 d 2 h', soon: false });
    expect(timerOf(hold(null, 90), NOW)).toMatchObject({ what: 'expires', left: '1 h 30 m' });
    expect(timerOf(hold(null, null), NOW)).toBeNull();
  });

  it('is the expiry of one that could not be booked at its time', () => {
    expect(timerOf(hold(-5, 90), NOW)).toMatchObject({ what: 'expires', left: '1 h 30 m' });
    expect(timerOf(hold(-5, null), NOW)).toMatchObject({ what: 'commits', left: null });
  });

  it('is said in a list', () => {
    const said = (commits: number | null, expires: number | null) =>
      timerText(hold(commits, expires), NOW, '2030-01-01').replace(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}/, 'THEN');
    expect(said(90, 3000)).toBe('1 h 30 m, commits THEN');
    expect(said(-5, null)).toBe('was to commit THEN');
    expect(said(null, 90)).toBe('1 h 30 m, THEN');
    expect(said(null, -5)).toBe('expired, THEN');
    expect(said(null, null)).toBe('No expiry');
  });
});

describe('local instants', () => {
  it('turns a local day and time into an instant and back', () => {
    const at = instantOf('2026-11-20', '17:05');
    expect(at).not.toBeNull();
    expect(localDay(at!)).toBe('2026-11-20');
    expect(clockTime(at!)).toBe('17:05');
  });

  it('refuses what is not a time', () => {
    expect(instantOf('2026-11-20', '24:00')).toBeNull();
    expect(instantOf('2026-11-20', 'noon')).toBeNull();
    expect(instantOf('2026-11-20', '930')).not.toBeNull();
  });
});

describe('groups of the queue', () => {
  it('go by calendar day', () => {
    const of = (day: string) => bucketOf(instantOf(day, '09:00'), '2026-11-19', '2026-11-20', '2026-11-26');
    expect(of('2026-11-18')).toBe('overdue');
    expect(of('2026-11-19')).toBe('today');
    expect(of('2026-11-20')).toBe('tomorrow');
    expect(of('2026-11-26')).toBe('week');
    expect(of('2026-11-27')).toBe('later');
    expect(bucketOf(null, '2026-11-19', '2026-11-20', '2026-11-26')).toBe('never');
  });
});
