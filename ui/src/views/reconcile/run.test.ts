import { describe, expect, it } from 'vitest';
import { fallbackOf, noRuleWords } from './run';

describe('a run of the matching', () => {
  it('begins with the fallback that the book says', () => {
    expect(fallbackOf({ closest_text: true })).toBe('closest_text');
    expect(fallbackOf({ closest_text: false })).toBe('none');
    expect(fallbackOf(undefined)).toBe('closest_text');
  });

  it('says what it does without rules', () => {
    expect(noRuleWords('closest_text')).toContain('by the closest text alone');
    expect(noRuleWords('none')).toContain('proposes nothing');
  });
});
