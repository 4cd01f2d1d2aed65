import { describe, expect, it } from 'vitest';
import { shortFound } from './found';

describe('what was found for a line', () => {
  it('does not repeat the amount and the text that stand above it', () => {
    expect(shortFound('PAY-7341, same amount, 3,615.29 EUR', true)).toEqual({
      entry: 'PAY-7341',
      words: 'same amount',
    });
    expect(shortFound('PAY-7341, Clew Freight, Cork named in the line text', true).words).toBe(
      'name in the text',
    );
    expect(shortFound('PAY-7341, Clew partly named in the line text, 45 %', true).words).toBe(
      'name partly in the text, 45 %',
    );
    expect(shortFound('PAY-7341, Reference INV-1 found in the line text', true).words).toBe('in the text');
  });

  it('leaves an amount that stands nowhere else', () => {
    expect(shortFound('PAY-7341, 6.00 apart', true)).toEqual({ entry: 'PAY-7341', words: '6.00 apart' });
    expect(shortFound('Nearest is FX-3384-A, 4.66 apart', false)).toEqual({
      entry: 'Nearest is FX-3384-A',
      words: '4.66 apart',
    });
  });

  it('leaves words without an entry alone', () => {
    expect(shortFound('2 entries fit equally well', false)).toEqual({
      entry: null,
      words: '2 entries fit equally well',
    });
    expect(shortFound('PAY-7341, only open entry with this amount', true).words).toBe(
      'only open entry with this amount',
    );
  });
});
