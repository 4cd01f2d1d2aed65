import { describe, expect, it } from 'vitest';
import { type ColumnRoom, Layout, MAX_HEIGHT, planColumns, ScrollScale } from './layout';
import { AmountWidths, amountWidth } from './measure';
import { countSelected, everything, isSelected, nothing, toggled, tsvCell, withRange } from './selection';

const group = (key: string, count: number) => ({ key, label: key, count, sums: [] });

describe('layout', () => {
  it('puts a line between rows where the first half has no head', () => {
    const layout = new Layout<string>({
      total: 5,
      groups: [
        { ...group('open', 2), headless: true },
        { ...group('signed', 3), divider: true },
      ],
    });
    expect(layout.length).toBe(6);
    expect([0, 1, 2, 3].map((n) => layout.line(n)?.kind)).toEqual(['row', 'row', 'group', 'row']);
    expect(layout.lineOfRow(2)).toBe(3);
  });

  it('is one segment for a million rows', () => {
    const layout = new Layout<string>({ total: 1_000_000 });
    expect(layout.length).toBe(1_000_000);
    expect(layout.line(999_999)).toEqual({ kind: 'row', index: 999_999 });
    expect(layout.line(1_000_000)).toBeNull();
    expect(layout.line(-1)).toBeNull();
  });

  it('places groups, folded groups and children', () => {
    const layout = new Layout<string>({
      total: 6,
      groups: [group('today', 2), group('later', 3)],
      folded: new Set(['later']),
      unfolded: new Map([[0, ['a', 'b']]]),
    });
    const kinds = Array.from({ length: layout.length }, (_, n) => {
      const line = layout.line(n);
      return line?.kind === 'row' ? line.index : line?.kind === 'child' ? line.row : line?.group.key;
    });
    // The row after the last group belongs to none and still shows.
    expect(kinds).toEqual(['today', 0, 'a', 'b', 1, 'later', 5]);
    expect(layout.lineOfRow(1)).toBe(4);
    expect(layout.lineOfRow(3)).toBeNull();
    expect(layout.rowRange(0, 5)).toEqual({ start: 0, end: 2 });
    expect(layout.rowRange(5, 6)).toBeNull();
  });
});

describe('scroll scale', () => {
  it('leaves short lists alone and reaches both ends of long ones', () => {
    expect(new ScrollScale(2800, 600).factor).toBe(1);
    const long = new ScrollScale(10_000_000 * 28, 600);
    expect(long.height).toBe(MAX_HEIGHT);
    expect(long.toList(long.height - 600)).toBeCloseTo(10_000_000 * 28 - 600, 3);
    expect(long.toScroll(long.toList(1234))).toBeCloseTo(1234, 6);
    // Scroll positions are whole px: a line that is asked for is seen whole from them all the same.
    for (const line of [1, 250_000, 5_432_109, 9_999_999]) {
      const start = line * 28;
      expect(long.toList(long.before(start))).toBeLessThanOrEqual(start);
      expect(long.toList(long.after(start + 28)) + 600).toBeGreaterThanOrEqual(start + 28);
    }
  });
});

describe('columns', () => {
  const room = (id: string, min: number, priority: number, more: Partial<ColumnRoom> = {}): ColumnRoom => ({
    id,
    min,
    ideal: min,
    priority,
    ...more,
  });
  const columns = [room('date', 100, 0), room('note', 100, 3), room('who', 100, 2), room('hash', 100, 3)];

  it('hides the highest priority number first', () => {
    expect([...planColumns(columns, 400).shown]).toHaveLength(4);
    expect([...planColumns(columns, 300).shown]).toEqual(['date', 'note', 'who']);
    expect([...planColumns(columns, 250).shown]).toEqual(['date', 'who']);
    expect([...planColumns(columns, 10).shown]).toEqual(['date']);
  });

  it('hides nothing beside frozen columns', () => {
    const plan = planColumns(columns, 250, 1);
    expect(plan.shown.size).toBe(4);
    expect(plan.total).toBe(400);
  });

  it('narrows before it hides, and gives what is left to the column that grows', () => {
    const texts = [
      room('date', 100, 0),
      room('way', 100, 1, { ideal: 200, grow: true }),
      room('note', 80, 2, { ideal: 180 }),
    ];
    expect([...planColumns(texts, 380).widths.values()]).toEqual([100, 150, 130]);
    expect([...planColumns(texts, 600).widths.values()]).toEqual([100, 320, 180]);
    expect(planColumns(texts, 379).total).toBe(379);
  });

  it('gives one of more value its width before it shows one of less', () => {
    const texts = [
      room('date', 90, 0, { ideal: 100 }),
      room('note', 80, 3, { ideal: 180 }),
      room('way', 100, 2, { ideal: 200, grow: true, first: true }),
      room('state', 60, 1, { ideal: 80 }),
    ];
    expect([...planColumns(texts, 430).widths.values()]).toEqual([90, 80, 200, 60]);
    expect([...planColumns(texts, 429).widths.entries()].flat()).toEqual([
      'date',
      100,
      'way',
      249,
      'state',
      80,
    ]);
    // Where there is no room for its width, it has all there is: what is of more value still shows.
    expect([...planColumns(texts, 300).widths.entries()].flat()).toEqual([
      'date',
      90,
      'way',
      150,
      'state',
      60,
    ]);
  });

  it('hides both of a pair', () => {
    const pair = [
      room('date', 100, 0),
      room('in', 100, 2, { pair: 'moved' }),
      room('out', 100, 2, { pair: 'moved' }),
      room('note', 100, 1),
    ];
    expect(planColumns(pair, 400).shown.size).toBe(4);
    expect([...planColumns(pair, 399).shown]).toEqual(['date', 'note']);
    // A person who hid one of the two still has the other.
    expect([...planColumns(pair.toSpliced(1, 1), 300).shown]).toEqual(['date', 'out', 'note']);
  });

  it('takes from the widest amounts when even the last columns do not fit', () => {
    const amounts = [
      room('date', 100, 0),
      room('in', 600, 0, { money: true }),
      room('out', 90, 0, { money: true }),
    ];
    expect([...planColumns(amounts, 400).widths.values()]).toEqual([100, 210, 90]);
    expect([...planColumns(amounts, 220).widths.values()]).toEqual([100, 64, 64]);
  });

  it('measures an amount with its padding', () => {
    const style = { pad: 3, strong: false, negatives: 'minus' as const, textSize: 100, locale: 'en-IE' };
    const width = (minor: string, exponent: number) => amountWidth({ minor, exponent, currency: '' }, style);
    // Yen have no fraction and keep the room of three digits and their point all the same.
    expect(width('1234567', 0)).toBe(width('1234567000', 3));
    expect(width('-1234567', 0)).toBeGreaterThan(width('1234567', 0));
    const half = amountWidth({ minor: '100', exponent: 2, currency: '' }, { ...style, textSize: 50 });
    expect(half).toBe(width('100', 2) / 2);
  });
});

describe('amount columns', () => {
  const style = { pad: 2, strong: false, negatives: 'minus' as const, textSize: 100, locale: 'en-IE' };
  const amount = (minor: string) => ({ minor, exponent: 2, currency: 'EUR' });
  const width = (minor: string) => amountWidth(amount(minor), style);

  it('keep the width of the widest amount until the filter changes', () => {
    const widths = new AmountWidths();
    expect(widths.of('a', [amount('100'), amount('-123456')], style, 500).fitting).toBe(width('-123456'));
    expect(widths.of('a', [amount('100')], style, 500).fitting).toBe(width('-123456'));
    expect(widths.of('a', [amount('100')], { ...style, textSize: 150 }, 500).fitting).toBe(
      width('100') * 1.5,
    );
    widths.forget();
    expect(widths.of('a', [amount('100')], style, 500).fitting).toBe(width('100'));
  });

  it('give no room to an amount that fits nowhere', () => {
    const long = '9'.repeat(60);
    const found = new AmountWidths().of('a', [amount(long), amount('123456'), amount('-99')], style, 400);
    expect(found.fitting).toBe(width('123456'));
    expect(found.any).toBe(width(long));
  });
});

describe('selection', () => {
  it('stores all as filter with exceptions', () => {
    let all = everything({ text: '', filters: [], sort: [] });
    expect(countSelected(all, 1_000_000)).toBe(1_000_000);
    all = toggled(all, '7');
    expect(isSelected(all, '7')).toBe(false);
    expect(isSelected(all, '8')).toBe(true);
    expect(countSelected(all, 1_000_000)).toBe(999_999);
    expect(countSelected(withRange(all, ['7']), 10)).toBe(10);
  });

  it('toggles single rows without changing the old selection', () => {
    const none = nothing();
    const one = toggled(none, 'a');
    expect(countSelected(none, 5)).toBe(0);
    expect(isSelected(one, 'a')).toBe(true);
    expect(countSelected(toggled(one, 'a'), 5)).toBe(0);
  });

  it('keeps formulas as text but amounts as amounts', () => {
    expect(tsvCell('=1+1')).toBe("'=1+1");
    expect(tsvCell("-2+3+cmd|' /C calc'!A0")).toBe("'-2+3+cmd|' /C calc'!A0");
    expect(tsvCell('-1386.20')).toBe('-1386.20');
    expect(tsvCell('-x')).toBe("'-x");
    expect(tsvCell('a\tb\nc')).toBe('a b c');
  });
});
