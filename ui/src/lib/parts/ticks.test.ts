import { describe, expect, it } from 'vitest';
import { dayTicks, tickText } from './ticks';

const at = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1000;
const texts = (from: string, to: string, width: number) =>
  dayTicks(at(from), at(to), width).map((tick) => tickText(tick, at(from), at(to)));

describe('the axis of days', () => {
  it('names months with their year, also over New Year', () => {
    expect(texts('2026-10-20', '2027-02-10', 800)).toEqual(['Nov 2026', 'Dec 2026', 'Jan 2027', 'Feb 2027']);
    expect(texts('2026-09-01', '2026-11-30', 800)).toEqual(['Sep 2026', 'Oct 2026', 'Nov 2026']);
  });

  it('leaves months out where they would stand too close', () => {
    expect(texts('2025-01-01', '2026-12-31', 400)).toEqual([
      'Jan 2025',
      'Jun 2025',
      'Nov 2025',
      'Apr 2026',
      'Sep 2026',
    ]);
  });

  it('names whole days in a short time', () => {
    expect(texts('2026-12-28', '2027-01-04', 300)).toEqual([
      '2026-12-28',
      '2026-12-30',
      '2027-01-01',
      '2027-01-03',
    ]);
  });

  it('has no label that the edge would cut', () => {
    expect(texts('2026-09-01', '2026-12-01', 400)).toEqual(['Sep 2026', 'Oct 2026', 'Nov 2026']);
    expect(texts('2026-11-01', '2026-11-03', 400)).toEqual(['2026-11-01', '2026-11-02']);
  });

  it('has the one day of a single point', () => {
    expect(texts('2026-11-01', '2026-11-01', 400)).toEqual(['2026-11-01']);
  });
});
