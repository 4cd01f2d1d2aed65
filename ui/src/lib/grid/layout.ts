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
      push({ kind: 'group', start: index, count: group.headless ? 0 : 1, group, folded: isFolded });
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

/**
 * Beyond this the scrollbar is scaled. WebKit places what it paints with 24 bits: past eight million px rows lose their
 * pixels, and near 28 million it paints none of them.
 */
export const MAX_HEIGHT = 6_000_000;

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

  /** A scroll position from which a line at `start` is seen from its top. */
  before(start: number): number {
    return Math.floor(this.toScroll(start));
  }

  /** A scroll position from which everything above `end` is seen. */
  after(end: number): number {
    return Math.ceil(this.toScroll(end - this.viewport));
  }
}

export interface ColumnRoom {
  id: string;
  /** 0 always shows; the highest hides first when space is short. */
  priority: number;
  /** Wanted when there is room. */
  ideal: number;
  /** Below this the column would be of no use. */
  min: number;
  /** An amount: what does not fit is not cut but replaced as a whole. */
  money?: boolean;
  /** Takes what is left over. */
  grow?: boolean;
  /** Has the width it wants before any other has more than its least, and before one of less value shows. */
  first?: boolean;
  /** Those with the same name are read together: when one has no room, all of them hide. */
  pair?: string | undefined;
}

export interface ColumnPlan {
  shown: Set<string>;
  widths: Map<string, number>;
  /** Sum of the widths. */
  total: number;
}

/** An amount column is never made narrower than this. */
const LEAST_MONEY = 64;

/**
 * Which columns show in a width, and how wide. With frozen columns nothing hides: the rest moves sideways below them.
 * Otherwise the highest priority number hides first, later columns before earlier ones, and a
 * pair as one.
 */
export function planColumns(columns: ColumnRoom[], available: number, frozen = 0): ColumnPlan {
  const shown = new Set(columns.map((column) => column.id));
  const sum = (value: (column: ColumnRoom) => number): number =>
    columns.reduce((total, column) => total + (shown.has(column.id) ? value(column) : 0), 0);
  const order = columns
    .map((column, at) => ({ column, at }))
    .filter(({ column }) => column.priority > 0)
    .sort((a, b) => b.column.priority - a.column.priority || b.at - a.at);
  const hide = (from: typeof order, need: (column: ColumnRoom) => number): void => {
    for (const { column } of from) {
      if (sum(need) <= available) break;
      for (const { id, pair } of columns)
        if (id === column.id || (pair !== undefined && pair === column.pair)) shown.delete(id);
    }
  };
  const least = ({ min }: ColumnRoom): number => min;
  if (!frozen) {
    const worth = Math.min(...columns.filter(({ first }) => first).map(({ priority }) => priority));
    hide(
      order.filter(({ column }) => column.priority > worth),
      ({ first, ideal, min }) => (first ? ideal : min),
    );
    hide(order, least);
  }
  const visible = columns.filter((column) => shown.has(column.id));
  const widths = new Map(visible.map((column) => [column.id, frozen ? column.ideal : column.min]));
  const total = (): number => [...widths.values()].reduce((a, b) => a + b, 0);
  if (total() > available && !frozen) shrinkAmounts(visible, widths, available);
  else if (!frozen) {
    for (const first of [true, false])
      widen(
        visible.filter((column) => (column.first ?? false) === first),
        widths,
        available - total(),
      );
  }
  const spare = Math.floor(available - total());
  const growing = visible.filter((column) => column.grow);
  const takers = growing.length ? growing : visible.slice(-1);
  if (spare > 0)
    takers.forEach((column, at) => {
      const part = Math.floor(spare / takers.length) + (at < spare % takers.length ? 1 : 0);
      widths.set(column.id, (widths.get(column.id) ?? 0) + part);
    });
  return { shown, widths, total: total() };
}

/** Gives columns the width they want, or of less room than that the same share to all. */
function widen(columns: ColumnRoom[], widths: Map<string, number>, spare: number): void {
  const wanted = columns.reduce((sum, { ideal, min }) => sum + ideal - min, 0);
  const share = wanted > 0 ? Math.min(1, spare / wanted) : 0;
  for (const { id, ideal, min } of columns) widths.set(id, Math.floor(min + (ideal - min) * share));
}

/** The widest amount columns give way first, all to one common width. */
function shrinkAmounts(columns: ColumnRoom[], widths: Map<string, number>, available: number): void {
  const amounts = columns.filter((column) => column.money).sort((a, b) => b.min - a.min);
  const others = columns
    .filter((column) => !column.money)
    .reduce((total, column) => total + (widths.get(column.id) ?? 0), 0);
  const room = available - others;
  for (let wide = 1; wide <= amounts.length; wide += 1) {
    const narrow = amounts.slice(wide).reduce((total, column) => total + column.min, 0);
    const cap = Math.max(LEAST_MONEY, Math.floor((room - narrow) / wide));
    // The columns that are not cut must not be wider than those that are.
    if (wide < amounts.length && cap < (amounts[wide]?.min ?? 0)) continue;
    for (const column of amounts.slice(0, wide)) widths.set(column.id, Math.min(column.min, cap));
    return;
  }
}
