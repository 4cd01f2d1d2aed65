import { describe, expect, it } from 'vitest';
import { fitColumns, Layout, MAX_HEIGHT, ScrollScale } from './layout';
import { countSelected, everything, isSelected, nothing, toggled, tsvCell, withRange } from './selection';

const group = (key: string, count: number) => ({ key, label: key, count, sums: [] });

describe('layout', () => {
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
  });
});

describe('columns', () => {
  it('hides the highest priority number first', () => {
    const columns = [
      { id: 'date', width: 100, priority: 0 },
      { id: 'note', width: 100, priority: 3 },
      { id: 'who', width: 100, priority: 2 },
      { id: 'hash', width: 100, priority: 3 },
    ];
    expect([...fitColumns(columns, 400)]).toHaveLength(4);
    expect([...fitColumns(columns, 300)]).toEqual(['date', 'note', 'who']);
    expect([...fitColumns(columns, 250)]).toEqual(['date', 'who']);
    expect([...fitColumns(columns, 10)]).toEqual(['date']);
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
    expect(tsvCell('-1386.20')).toBe('-1386.20');
    expect(tsvCell('-x')).toBe("'-x");
    expect(tsvCell('a\tb\nc')).toBe('a b c');
  });
});
