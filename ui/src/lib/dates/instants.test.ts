import { describe, expect, it } from 'vitest';
import { atTime, dayAndTime, localDay } from './instants';

const at = new Date(2026, 10, 20, 17, 5).toISOString();

describe('instants', () => {
  it('have their whole day, which is left out today where it is known', () => {
    expect(localDay(at)).toBe('2026-11-20');
    expect(dayAndTime(at)).toBe('2026-11-20 17:05');
    expect(atTime(at, '2026-11-20')).toBe('17:05');
    expect(atTime(at, '2026-11-19')).toBe('2026-11-20 17:05');
    expect(atTime(at, '2027-01-02')).toBe('2026-11-20 17:05');
  });
});
