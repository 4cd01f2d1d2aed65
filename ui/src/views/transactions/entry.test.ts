import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EntryPreview } from '$lib/backend/types/EntryPreview';
import {
  asPosting,
  blankEntry,
  blankLine,
  blankShare,
  type EntryValues,
  entryObstacle,
  fillLine,
  fillTarget,
  inClosedPeriod,
  isBlankLine,
  type LineRow,
  MOST_LINES,
  missingOfEntry,
  partsById,
  placeOf,
  readShare,
  requestOfEntry,
  sumsOf,
  wholeOf,
  withRoom,
} from './entry';

beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));
afterAll(() => void vi.unstubAllGlobals());

const party = (value: string) => ({ value, label: value, currency: 'EUR', exponent: 2 });
const line = (id: number, name: string | null, side: 'in' | 'out' | null, minor: string | null): LineRow => ({
  ...blankLine(id),
  party: name ? party(name) : null,
  ...(side && minor ? { [`${side}Text`]: minor, [`${side}Minor`]: minor } : {}),
});

const lines = (...rows: LineRow[]): EntryValues => ({ ...blankEntry('EUR', '2026-11-19'), lines: rows });
const rent = () =>
  lines(
    line(1, 'rent', 'in', '10000'),
    line(2, 'vat', 'in', '1900'),
    line(3, 'bank', 'out', '11900'),
    blankLine(4),
  );

const split = (): EntryValues => ({
  ...blankEntry('EUR', '2026-11-19'),
  form: 'split',
  whole: party('bank'),
  amount: '100.00',
  minor: '10000',
  shares: [
    { id: 1, party: party('rent'), share: '12.5 %' },
    blankShare(2),
    { id: 3, party: party('power'), share: '20' },
    { id: 4, party: party('@rest'), share: 'the rest' },
  ],
});

const preview = (of: Partial<EntryPreview>): EntryPreview => ({
  parts: [],
  legs: [],
  effects: [],
  refusal: null,
  field: null,
  ready: false,
  ...of,
});

describe('the lines of an entry', () => {
  it('are summed by side, and what is missing is named with its side', () => {
    expect(sumsOf(rent().lines)).toEqual({ in: '11900', out: '11900', missing: null });
    const short = [line(1, 'rent', 'in', '10000'), line(2, 'bank', 'out', '11900')];
    expect(sumsOf(short).missing).toEqual({ side: 'in', minor: '1900' });
    expect(sumsOf(short.slice(0, 1)).missing).toEqual({ side: 'out', minor: '10000' });
    const huge = '9'.repeat(40);
    expect(sumsOf([line(1, 'a', 'in', huge), line(2, 'b', 'in', '1')]).in).toBe(`1${'0'.repeat(40)}`);
  });

  it('have a row to write in at the end, up to the most', () => {
    expect(withRoom([], isBlankLine, blankLine)?.id).toBe(1);
    expect(withRoom([line(7, 'a', null, null)], isBlankLine, blankLine)?.id).toBe(8);
    expect(withRoom([blankLine(1)], isBlankLine, blankLine)).toBeNull();
    const full = Array.from({ length: MOST_LINES }, (_, at) => line(at, 'a', 'in', '1'));
    expect(withRoom(full, isBlankLine, blankLine)).toBeNull();
  });

  it('take what is missing where somebody writes, or in the last one without an amount', () => {
    const rows = [
      line(1, 'a', 'in', '500'),
      line(2, 'b', null, null),
      line(3, 'c', null, null),
      blankLine(4),
    ];
    expect(fillTarget(rows, 1)?.id).toBe(2);
    expect(fillTarget(rows, 0)?.id).toBe(3);
    expect(fillTarget(rows, 3)?.id).toBe(4);
    expect(fillTarget([rows[0]!], 0)).toBeNull();
    const taken = line(3, 'c', null, null);
    fillLine(taken, { side: 'out', minor: '500' }, 2);
    expect(taken).toMatchObject({ outText: '5.00', outMinor: '500', inText: '', inMinor: null });
  });

  it('go to the engine with what goes out as debits and what comes in as credits', () => {
    const request = requestOfEntry(rent(), 2, false);
    expect(request.form).toEqual({
      kind: 'lines',
      debits: [{ balance: 'bank', amount: '11900' }],
      credits: [
        { balance: 'rent', amount: '10000' },
        { balance: 'vat', amount: '1900' },
      ],
    });
    expect(request).toMatchObject({ currency: 'EUR', hold: false, expires_at: null, signed_reason: null });
  });

  it('say what is missing, in the order of the form', () => {
    expect(missingOfEntry(lines(blankLine(1)), 2)).toBe('Enter at least two lines');
    expect(missingOfEntry(lines(line(1, null, 'in', '1')), 2)).toBe('Choose the balance of line 1');
    expect(missingOfEntry(lines(blankLine(1), line(2, 'a', null, null)), 2)).toBe(
      'Enter the amount of line 2',
    );
    expect(missingOfEntry(lines({ ...line(1, 'a', null, null), inText: '12..' }), 2)).toBe(
      'The amount of line 1 is not readable yet',
    );
    expect(missingOfEntry(lines(line(1, 'a', 'in', '1900')), 2)).toBe('Out is short by 19.00 EUR');
    expect(missingOfEntry(rent(), 2)).toBeNull();
    expect(missingOfEntry({ ...rent(), date: null }, 2)).toBe('Enter the effective date');
    const hold: EntryValues = { ...rent(), mode: 'hold', expiryDay: '2026-11-20', expiryTime: 'noon' };
    const timed = { ...hold, expiryTime: '17:00', commitDay: '2026-11-21', commitTime: '09:00' };
    expect(missingOfEntry(timed, 2)).toBe('The hold would void itself before it commits itself');
    const fits = { ...timed, commitDay: '2026-11-19' };
    expect(missingOfEntry(fits, 2)).toBeNull();
    expect(requestOfEntry(fits, 2, false).commits_at).toBe(new Date(2026, 10, 19, 9).toISOString());
    expect(missingOfEntry(hold, 2)).toBe('Enter the time as 17:00');
  });

  it('are found again by the field of the engine', () => {
    expect(placeOf('debits.0', rent())).toEqual({ at: 'line', id: 3 });
    expect(placeOf('credits.1', rent())).toEqual({ at: 'line', id: 2 });
    expect(placeOf('credits.9', rent())).toBeNull();
    expect(placeOf('date', rent())).toEqual({ at: 'signed' });
    expect(placeOf('lines', rent())).toBeNull();
    expect(placeOf(null, rent())).toBeNull();
  });
});

describe('the shares of a split', () => {
  const read = (text: string) => readShare(text, 2, 'EUR');

  it('are an amount, a percentage, or the rest', () => {
    expect(read('615.40')).toEqual({ ok: true, kind: 'amount', share: '61540' });
    expect(read('12.5%')).toEqual({ ok: true, kind: 'percent', share: '12.5%' });
    expect(read('12,50 %')).toEqual({ ok: true, kind: 'percent', share: '12.5%' });
    expect(read('070%')).toEqual({ ok: true, kind: 'percent', share: '70%' });
    expect(read('100%')).toMatchObject({ ok: true });
    for (const rest of ['rest', ' Rest ', 'the rest', 'left'])
      expect(read(rest)).toEqual({ ok: true, kind: 'rest', share: 'left' });
  });

  it('are refused in words', () => {
    expect(read('')).toMatchObject({ ok: false });
    expect(read('0%')).toEqual({ ok: false, message: 'A percentage lies above 0 and up to 100' });
    expect(read('100.00000001%')).toMatchObject({ ok: false });
    expect(read('1.123456789%')).toMatchObject({ ok: false, message: 'A percentage has at most 8 decimals' });
    expect(read('a lot%')).toMatchObject({ ok: false });
    expect(read('1.234')).toMatchObject({ ok: false });
    expect(read('-5')).toMatchObject({ ok: false });
    expect(read('0')).toMatchObject({ ok: false });
  });

  it('go to the engine without the empty ones', () => {
    expect(requestOfEntry(split(), 2, true)).toMatchObject({
      create_indicators: true,
      form: {
        kind: 'split',
        whole: 'bank',
        whole_is_source: true,
        amount: '10000',
        shares: [
          { balance: 'rent', share: '12.5%' },
          { balance: 'power', share: '2000' },
          { balance: '@rest', share: 'left' },
        ],
      },
    });
    expect(placeOf('shares.1', split())).toEqual({ at: 'share', id: 3 });
  });

  it('show what each gets beside its row', () => {
    const parts = partsById(split(), preview({ parts: ['1250', '2000', '6750'] }));
    expect([...parts]).toEqual([
      [1, '1250'],
      [3, '2000'],
      [4, '6750'],
    ]);
    expect(partsById(split(), null).size).toBe(0);
  });

  it('say what is missing', () => {
    expect(missingOfEntry(split(), 2)).toBeNull();
    expect(missingOfEntry({ ...split(), minor: null, amount: '' }, 2)).toBe('Enter an amount');
    expect(missingOfEntry({ ...split(), whole: null, wholeIsSource: false }, 2)).toBe(
      'Choose the balance it goes to',
    );
    const twice = split();
    twice.shares[0]!.share = 'rest';
    expect(missingOfEntry(twice, 2)).toBe('Only one share can take the rest');
    const none = { ...split(), shares: [blankShare(1)] };
    expect(missingOfEntry(none, 2)).toBe('Choose the first balance with a share');
  });
});

describe('an entry', () => {
  it('can be posted once the engine has agreed to what stands in the form', () => {
    expect(entryObstacle(rent(), 2, null, false)).toBe('Checking');
    expect(entryObstacle(rent(), 2, preview({ ready: true }), false)).toBe('Checking');
    expect(entryObstacle(rent(), 2, preview({ ready: true }), true)).toBeNull();
    expect(entryObstacle(rent(), 2, preview({ refusal: 'bank has 5.00 EUR available.' }), true)).toBe(
      'bank has 5.00 EUR available.',
    );
  });

  it('is not posted into a closed period, where a hold may be placed', () => {
    const ready = preview({ ready: true });
    const on = (through: string | null, mode: 'post' | 'hold' = 'post') =>
      entryObstacle({ ...rent(), mode }, 2, ready, true, through);
    expect(on('2026-11-19')).toBe('The date lies in a closed period');
    expect(on('2026-11-18')).toBeNull();
    expect(on(null)).toBeNull();
    expect(on('2026-11-30', 'hold')).toBeNull();
    expect(inClosedPeriod({ ...rent(), date: null }, '2026-11-30')).toBe(false);
    // The form says it, with the way out: the panel beside it does not say it again.
    const refusal = 'The books are closed through 2026-11-19, so 2026-11-19 takes no postings.';
    expect(asPosting(preview({ refusal }), rent())?.checks.map(({ kind }) => kind)).toEqual([
      'closed_period',
    ]);
    expect(asPosting(preview({ refusal: 'No.' }), rent())?.checks.map(({ kind }) => kind)).toEqual(['entry']);
  });

  it('says what it would do as a posting does', () => {
    const legs = [1, 2].map(() => ({ reference: 'A', source: 'a', destination: 'b', amount: '1' }));
    expect(asPosting(preview({ ready: true, legs }), rent())?.checks.map(({ text }) => text)).toEqual([
      'Both sides are equal',
      '3 lines make 2 postings, booked together or not at all',
    ]);
    expect(asPosting(preview({ refusal: 'No.', field: 'lines' }), rent())?.checks).toMatchObject([
      { ok: false, text: 'No.', field: 'lines' },
    ]);
    expect(asPosting(null, rent())).toBeNull();
    const effects = Array.from({ length: 62 }, () => ({}) as EntryPreview['effects'][number]);
    const many = asPosting(preview({ ready: true, legs, effects }), rent());
    expect(many?.effects).toHaveLength(60);
    expect(many?.checks.at(-1)?.text).toBe('2 balances more change than stand here');
  });

  it('has one amount', () => {
    expect(wholeOf(rent())).toBe('11900');
    expect(wholeOf(split())).toBe('10000');
    expect(wholeOf(lines(line(1, 'a', 'in', '1')))).toBeNull();
  });
});
