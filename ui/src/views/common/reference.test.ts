import { describe, expect, it } from 'vitest';
import { givenReference, nameOfPosting } from './reference';

const ID = '01a22e95-54d8-744f-a1b2-0c3d4e5f6a7b';

describe('a reference', () => {
  it('is what somebody gave', () => {
    for (const given of ['PAY-7472', 'txn_7472', 'FEE', `BANK ${ID}`, ID, '–'])
      expect(givenReference(given)).toBe(given);
  });

  it('is empty where the book put an id in its place', () => {
    for (const made of [`txn_${ID}`, `ent_${ID}`, `ent_${ID}-2`, `txn_${ID}-C1`])
      expect(givenReference(made)).toBe('');
    expect(givenReference(null)).toBe('');
  });

  it('gives its place to the description where one name is all there is room for', () => {
    const named = (reference: string, description: string) => nameOfPosting({ reference, description });
    expect(named('PAY-7472', 'Rent')).toBe('PAY-7472');
    expect(named(`txn_${ID}`, 'Rent')).toBe('Rent');
    expect(named(`txn_${ID}`, '')).toBe('No reference');
  });
});
