import { beforeEach, describe, expect, it, vi } from 'vitest';

const kept = new Map<string, unknown>();
vi.mock('$lib/settings', () => ({
  readStored: async (key: string, book: string | null = null) => kept.get(`${book ?? ''}/${key}`) ?? null,
  writeStored: async (key: string, value: unknown, book: string | null = null) => {
    kept.set(`${book ?? ''}/${key}`, value);
  },
}));

import { keepPerson, otherPerson, rememberPerson } from './person';

describe('who works in a book that came from somebody else', () => {
  beforeEach(() => kept.clear());

  it('is not asked where this computer knows nobody, or the same person', async () => {
    expect(await otherPerson('b1', 'Niamh Corcoran')).toBe(null);
    rememberPerson('Niamh Corcoran');
    expect(await otherPerson('b1', 'Niamh Corcoran')).toBe(null);
  });

  it('is asked once for each name that the book has', async () => {
    rememberPerson('Eoin Daly');
    expect(await otherPerson('b1', 'Niamh Corcoran')).toBe('Eoin Daly');
    keepPerson('b1', 'Niamh Corcoran');
    expect(await otherPerson('b1', 'Niamh Corcoran')).toBe(null);
    expect(await otherPerson('b1', 'Sean Walsh')).toBe('Eoin Daly');
    expect(await otherPerson('b2', 'Niamh Corcoran')).toBe('Eoin Daly');
  });
});
