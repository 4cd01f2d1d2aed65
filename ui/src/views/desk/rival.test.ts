import { describe, expect, it, vi } from 'vitest';
import type { DeskEntry } from '$lib/backend/types/DeskEntry';
import type { DeskFocus } from '$lib/backend/types/DeskFocus';
import type { DeskLine } from '$lib/backend/types/DeskLine';
import type { Suggestion } from '$lib/backend/types/Suggestion';
import { pickWords, rivalOf } from './rival';

vi.stubGlobal('navigator', { language: 'en-IE' });

const line = (position: number, found: string, change: Partial<DeskLine> = {}) =>
  ({
    id: `line-${position}`,
    position,
    date: '2026-10-21',
    amount: '-131000',
    found,
    match_id: null,
    ...change,
  }) as DeskLine;
const entry = (reference: string, date = '2026-10-20') => ({ id: reference, reference, date }) as DeskEntry;
const pairing = (entries: DeskEntry[], change: Partial<Suggestion> = {}) =>
  ({ entries, total: '-131000', tier: 'ambiguous', taken_by: null, ...change }) as Suggestion;
const focus = (suggestion: Suggestion | null, alternatives: Suggestion[] = []) =>
  ({ line: line(83, ''), suggestion, alternatives, choose: true }) as unknown as DeskFocus;
const money = (minor: string) => `${minor} EUR`;

describe('the rival of an ambiguous suggestion', () => {
  it('is another entry, with its day and amount', () => {
    const one = focus(pairing([entry('PAY-7450')]), [pairing([entry('PAY-7451', '2026-10-19')])]);
    expect(rivalOf(one, [], money)).toBe('PAY-7451 of 2026-10-19, -131000 EUR, fits about as well.');
  });

  it('counts the others, and says for which line it is proposed', () => {
    const rivals = [pairing([entry('A'), entry('B')], { taken_by: 91 }), pairing([entry('C')])];
    expect(rivalOf(focus(pairing([entry('D')]), rivals), [], money)).toBe(
      'A with B of 2026-10-20, -131000 EUR, fits about as well, and 1 other below. It is proposed for line 91.',
    );
  });

  it('is another line where no other entry fits', () => {
    const one = focus(pairing([entry('PAY-7450')]));
    const lines = [
      line(83, 'PAY-7450 fits another line as well'),
      line(90, 'Nearest is PAY-74501, the same amount'),
      line(91, 'Nearest is PAY-7450, the same amount, 20 Oct'),
    ];
    expect(rivalOf(one, lines, money)).toBe(
      'PAY-7450 fits line 83 and line 91 equally. Decide which line it belongs to.',
    );
    expect(rivalOf(one, lines.slice(0, 2), money)).toBe(
      'PAY-7450 fits another line equally. Decide which line it belongs to.',
    );
    expect(pickWords(one)).toBe('Pick it with Space if it belongs to line 83.');
  });

  it('is picked among several where another entry fits', () => {
    expect(pickWords(focus(pairing([entry('A')]), [pairing([entry('B')])]))).toBe('Pick one with Space.');
  });

  it('is none where it does not matter which goes with which', () => {
    const any = { ...focus(pairing([entry('A')]), [pairing([entry('B')])]), choose: false };
    expect(rivalOf(any, [], money)).toBeNull();
  });

  it('is none where the suggestion stands alone', () => {
    expect(rivalOf(focus(pairing([entry('A')], { tier: 'likely' })), [], money)).toBeNull();
    expect(rivalOf(focus(null), [], money)).toBeNull();
  });
});
