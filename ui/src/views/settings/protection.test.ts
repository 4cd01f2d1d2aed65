import { describe, expect, it } from 'vitest';
import { CHANGES, leftWords, movedTitle, newPath, protectionWords } from './protection';

describe('the protection of a book', () => {
  it('is said with what this computer does', () => {
    expect(protectionWords(false, false)).toBe('Not protected. Whoever has the file can read it.');
    expect(protectionWords(true, true)).toContain('remembers it');
    expect(protectionWords(true, false)).toContain('asks for it');
  });

  it('is changed in a new file, which is proposed beside the present one', () => {
    expect(newPath('/home/orla/Quay.tieout', 'protect')).toBe('/home/orla/Quay protected.tieout');
    expect(newPath('C:\\Books\\Quay.TIEOUT', 'remove')).toBe('C:\\Books\\Quay unprotected.tieout');
    expect(newPath('/b/Quay', 'change')).toBe('/b/Quay protected 2.tieout');
    // Names do not grow with every change.
    expect(newPath('/b/Quay protected.tieout', 'change')).toBe('/b/Quay protected 2.tieout');
    expect(newPath('/b/Quay protected 2.tieout', 'change')).toBe('/b/Quay protected 3.tieout');
    expect(newPath('/b/Quay protected 3.tieout', 'remove')).toBe('/b/Quay unprotected.tieout');
    expect(newPath('/b/Quay unprotected.tieout', 'protect')).toBe('/b/Quay protected.tieout');
    for (const change of Object.keys(CHANGES) as (keyof typeof CHANGES)[])
      for (const path of ['/b/Quay.tieout', '/b/Quay protected 9.tieout'])
        expect(newPath(path, change)).not.toBe(path);
  });

  it('leaves the old file, which is named', () => {
    const moved = (change: keyof typeof CHANGES) => ({ change, from: '/b/Quay.tieout', to: '/b/New.tieout' });
    expect(leftWords(moved('protect'))).toBe(
      'Quay.tieout is still where it was, and so are the copies that were made of it: whoever has them can read them. Delete them by hand once you have opened the new book again and seen that it opens.',
    );
    expect(leftWords(moved('change'))).toContain('they open with the old passphrase');
    expect(leftWords(moved('remove'))).toContain('they open with their passphrase');
    expect(movedTitle(moved('remove'))).toBe('The protection was removed');
  });
});
