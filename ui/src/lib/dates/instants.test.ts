import { describe, expect, it } from 'vitest';
import { atTime, dayAndTime, localDay, moment } from './instants';

const at = new Date(2026, 10, 20, 17, 5).toISOString();

describe('instants', () => {
  it('leave out what is known of the day', () => {
    expect(localDay(at)).toBe('2026-11-20');
    expect(atTime(at, '2026-11-20')).toBe('17:05');
    expect(atTime(at, '2026-11-19')).toBe('20 Nov, 17:05');
    expect(dayAndTime(at, '2026-11-20')).toBe('20 Nov 17:05');
    expect(moment(at, '2026-11-20')).toBe('17:05');
    expect(moment(at, '2026-11-21')).toBe('20 Nov 17:05');
  });

  it('name the year where it is another one', () => {
    expect(moment(at, '2027-01-02')).toBe('20 Nov 2026 17:05');
    expect(atTime(at, '2027-01-02')).toBe('20 Nov 2026, 17:05');
  });
});
