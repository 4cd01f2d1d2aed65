import type { GridGroup } from './types';

/**
 * What stands on display line n: a data row, a group's head, or a row unfolded below its parent. Rows are counted,
 * never listed, so a million of them are one segment.
 */
export type Line<Row> =
  | { kind: 'row'; index: number }
  | { kind: 'group'; group: GridGroup; folded: boolean }
  | { kind: 'child'; parent: number; row: Row };

interface Segment<Row> {
  at: number;
  count: number;
  kind: 'rows' | 'group' | 'children';
  start: number;
  group?: GridGroup;
  folded?: boolean;
  children?: Row[];
}

export interface LayoutInput<Row> {
  total: number;
  groups?: GridGroup[] | null;
  folded?: ReadonlySet<string>;
  /** Children of unfolded rows by the index of the parent. */
  unfolded?: ReadonlyMap<number, Row[]>;
}

export class Layout<Row> {
  readonly length: number;
  readonly #segments: Segment<Row>[] = [];

  constructor(input: LayoutInput<Row>) {
    const { total, groups, folded = new Set(), unfolded = new Map() } = input;
    const parents = [...unfolded.keys()].sort((a, b) => a - b);
    let at = 0;
    const push = (segment: Omit<Segment<Row>, 'at'>): void => {
      if (segment.count <= 0) return;
      this.#segments.push({ ...segment, at });
      at += segment.count;
    };
    const rows = (from: number, to: number): void => {
      let start = from;
      for (const parent of parents) {
        if (parent < from || parent >= to) continue;
        push({ kind: 'rows', start, count: parent + 1 - start });
        const children = unfolded.get(parent) ?? [];
        push({ kind: 'children', start: parent, count: children.length, children });
        start = parent + 1;
      }
      push({ kind: 'rows', start, count: to - start });
    };
    let index = 0;
    for (const group of groups ?? []) {
      const isFolded = folded.has(group.key);
      push({ kind: 'group', start: index, count: 1, group, folded: isFolded });
      const end = Math.min(index + group.count, total);
      if (!isFolded) rows(index, end);
      index = end;
    }
    rows(index, total);
    this.length = at;
  }

  line(n: number): Line<Row> | null {
    const segment = this.#find(n, (candidate) => candidate.at);
    if (!segment || n < 0 || n >= this.length) return null;
    const offset = n - segment.at;
    if (segment.kind === 'rows') return { kind: 'row', index: segment.start + offset };
    if (segment.kind === 'group' && segment.group) {
      return { kind: 'group', group: segment.group, folded: segment.folded ?? false };
    }
    const row = segment.children?.[offset];
    return row === undefined ? null : { kind: 'child', parent: segment.start, row };
  }

  /** The display line of a data row, or null while its group is folded. */
  lineOfRow(index: number): number | null {
    for (const segment of this.#segments) {
      if (segment.kind === 'rows' && index >= segment.start && index < segment.start + segment.count) {
        return segment.at + index - segment.start;
      }
    }
    return null;
  }

  /** Data rows that stand on the display lines, as one covering range. */
  rowRange(from: number, to: number): { start: number; end: number } | null {
    let start = Number.POSITIVE_INFINITY;
    let end = -1;
    for (let n = Math.max(0, from); n < Math.min(to, this.length); n += 1) {
      const line = this.line(n);
      if (line?.kind !== 'row') continue;
      start = Math.min(start, line.index);
      end = Math.max(end, line.index + 1);
    }
    return end < 0 ? null : { start, end };
  }

  #find(n: number, key: (segment: Segment<Row>) => number): Segment<Row> | undefined {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (key(this.#segments[middle]!) <= n) low = middle;
      else high = middle - 1;
    }
    return this.#segments[low];
  }
}

/** WebKit caps an element's height near 33.5 million px: beyond a million rows the scrollbar is scaled. */
export const MAX_HEIGHT = 28_000_000;

/** Scroll positions of the element against positions in the list of all lines. */
export class ScrollScale {
  readonly height: number;
  readonly factor: number;

  constructor(
    readonly full: number,
    readonly viewport: number,
  ) {
    this.height = Math.min(full, MAX_HEIGHT);
    const room = this.height - viewport;
    this.factor = full > MAX_HEIGHT && room > 0 ? (full - viewport) / room : 1;
  }

  toList(scrollTop: number): number {
    return scrollTop * this.factor;
  }

  toScroll(position: number): number {
    return position / this.factor;
  }
}

/** Which columns show in a width: the highest priority number hides first, later columns before earlier ones. */
export function fitColumns<C extends { id: string; priority?: number; width: number }>(
  columns: C[],
  available: number,
): Set<string> {
  const shown = new Set(columns.map((column) => column.id));
  let need = columns.reduce((sum, column) => sum + column.width, 0);
  const order = columns
    .map((column, at) => ({ column, at, priority: column.priority ?? 0 }))
    .filter(({ priority }) => priority > 0)
    .sort((a, b) => b.priority - a.priority || b.at - a.at);
  for (const { column } of order) {
    if (need <= available) break;
    shown.delete(column.id);
    need -= column.width;
  }
  return shown;
}
