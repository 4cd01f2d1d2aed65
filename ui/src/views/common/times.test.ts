import { describe, expect, it } from 'vitest';
import { clockTime, localDay } from '$lib/dates';
import { bucketOf, instantOf, timeLeft } from './times.svelte';

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
