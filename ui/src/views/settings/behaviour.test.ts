import { describe, expect, it } from 'vitest';
import type { BookSettings } from '$lib/backend/types/BookSettings';
import { BEHAVIOURS, switchedWords, testidOf } from './behaviour';

const settings: BookSettings = {
  intake_check: true,
  closest_text: false,
  monitors_repeat: false,
  together: true,
};

describe('what the book does by itself', () => {
  it('has a switch for each of its settings', () => {
    expect(BEHAVIOURS.map(({ key }) => key).toSorted()).toEqual(Object.keys(settings).toSorted());
    expect(BEHAVIOURS.map(testidOf)).toEqual([
      'setting-intake-check',
      'setting-closest-text',
      'setting-monitors-repeat',
      'setting-together',
    ]);
  });

  it('is said as it was switched', () => {
    expect(BEHAVIOURS.map((one) => switchedWords(one, settings))).toEqual([
      'Queued postings are checked when they are accepted',
      'Runs propose nothing for lines that no rule speaks for',
      'New monitors tell when their condition comes true',
      'Postings that come at the same time are booked together',
    ]);
  });
});
