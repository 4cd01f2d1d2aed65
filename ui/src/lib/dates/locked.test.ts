import { describe, expect, it } from 'vitest';
import { lockedNote } from './locked';

describe('a day that takes no entry', () => {
  it('is closed where the books are, and signed where a statement is', () => {
    expect(lockedNote('2026-08-31', '2026-08-31', null)).toBe('Closed through 2026-08-31');
    expect(lockedNote('2026-08-31', null, '2026-09-30')).toBe('Signed through 2026-09-30');
  });

  it('is closed before it is signed, whichever reaches further', () => {
    expect(lockedNote('2026-08-12', '2026-08-31', '2026-09-30')).toBe('Closed through 2026-08-31');
    expect(lockedNote('2026-09-12', '2026-08-31', '2026-09-30')).toBe('Signed through 2026-09-30');
  });

  it('is none after both, nor is no day', () => {
    expect(lockedNote('2026-10-01', '2026-08-31', '2026-09-30')).toBeNull();
    expect(lockedNote('2026-10-01', null, null)).toBeNull();
    expect(lockedNote(null, '2026-08-31', '2026-09-30')).toBeNull();
  });
});
