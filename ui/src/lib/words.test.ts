import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { plural } from './words';

describe('a count with its noun', () => {
  beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));
  afterAll(() => void vi.unstubAllGlobals());

  it('is one of one and several of everything else', () => {
    expect([0, 1, 2_000].map((n) => plural(n, 'row'))).toEqual(['0 rows', '1 row', '2,000 rows']);
    expect([1, 2].map((n) => plural(n, 'entry', 'entries'))).toEqual(['1 entry', '2 entries']);
  });
});
