import type { Snippet } from 'svelte';
import type { CurrencySum, MoneyValue } from '../money';

export interface Filter {
  field: string;
  test: 'is' | 'not' | 'has' | 'like' | 'from' | 'to' | 'above' | 'below' | 'empty' | 'filled';
  /** Nothing where the test needs none. */
  value: string;
  /** "State is" */
  label: string;
  /** "Held" */
  text: string;
}

export interface GridQuery {
  text: string;
  filters: Filter[];
  /** One of the chips is enough; all must hold otherwise. */
  any?: boolean;
  sort: { column: string; desc: boolean }[];
}

/** Select-all is a query with exceptions, so it costs the same for a million rows. */
export type Selection =
  | { mode: 'some'; keys: Set<string> }
  | { mode: 'filter'; query: GridQuery; except: Set<string> };

export interface TotalsRow {
  label: string;
  strong?: boolean;
  /** Only said: it has no sums, and its cells stay empty. */
  note?: boolean;
  sums: (CurrencySum & { proven?: boolean })[] | 'counting';
}

export interface GridGroup {
  key: string;
  label: string;
  /** Rows of the group. Groups cover the rows in order. */
  count: number;
  sums: CurrencySum[];
  tone?: 'warn' | 'neg';
  /** Its head is a line between rows, without count and sums, and does not fold. */
  divider?: boolean;
  /** It has no head, as what stands before the first divider. */
  headless?: boolean;
}

export interface GridSource<Row> {
  page(
    offset: number,
    limit: number,
    query: GridQuery,
    signal: AbortSignal,
  ): Promise<{ rows: Row[]; total: number }>;
  /** The first rows of a list that takes longer to count than to begin; null when its page comes as fast. */
  start?(limit: number, query: GridQuery, signal: AbortSignal): Promise<Row[] | null>;
  totals?(query: GridQuery, selection: Selection | null, signal: AbortSignal): Promise<TotalsRow[]>;
  groups?(query: GridQuery, signal: AbortSignal): Promise<GridGroup[]>;
  /** How many selected rows the filter hides. */
  hidden?(query: GridQuery, selection: Selection, signal: AbortSignal): Promise<number>;
  /** Rows of a filter that is no longer shown, for a selection that outlives it. Without it they come from `page`. */
  rows?(query: GridQuery, limit: number, signal: AbortSignal): Promise<{ rows: Row[]; total: number }>;
  /** The index of the first row at a typed date or reference. */
  locate?(text: string, query: GridQuery): Promise<number | null>;
  /** Rows up to which columns flagged `small` sort. */
  sortLimit?: number;
}

export interface GridMoney extends MoneyValue {
  proven?: boolean;
}

export interface Column<Row> {
  id: string;
  head: string;
  /** Tooltip of the head. */
  title?: string;
  width: number;
  min?: number;
  align?: 'right';
  /** Exact text: copying, filtering by value, and the cell when there is no own rendering. */
  text(row: Row): string;
  money?(row: Row): GridMoney | null;
  /** Own rendering. In a column of amounts it is that of rows without one. */
  cell?: Snippet<[Row]>;
  sortable?: boolean | 'small';
  /** 0 always shows; the highest hides first when space is short. */
  priority?: number;
  /** Field that F and Shift+F filter. */
  field?: string;
  filterValue?(row: Row): string;
  /** What the chip says, where it is not the text of the cell. */
  filterText?(row: Row): string;
  hidden?: boolean;
  grow?: boolean;
  /** Has its `width` before others have more than their `min`, and before those with a higher `priority` number show. */
  first?: boolean;
  /** Columns with the same name are read together: when one has no room, all of them hide. */
  pair?: string;
  strong?: boolean;
  muted?: boolean;
}

export interface FilterField {
  field: string;
  label: string;
  options?: { value: string; label: string }[];
  /** What is typed when there are no options. */
  type?: 'text' | 'date';
  tests?: Filter['test'][];
  /** Stands for any key of what is noted beside a row: the key is typed, and the field is this with the key behind. */
  keyed?: boolean;
}

export interface TreeOptions<Row> {
  canUnfold(row: Row): boolean;
  children(row: Row): Promise<Row[]>;
}

export const PAGE = 200;
/** Copying and range selection read at most this many rows. */
export const RANGE_LIMIT = 10_000;
export const TEST_WORDS: Record<Filter['test'], string> = {
  is: 'is',
  not: 'is not',
  has: 'contains',
  like: 'is like',
  from: 'from',
  to: 'to',
  above: 'is above',
  below: 'is below',
  empty: 'is empty',
  filled: 'is not empty',
};
/** Tests that are about whether anything is there, and take no value. */
export const needsValue = (test: Filter['test']): boolean => test !== 'empty' && test !== 'filled';
/** Tests of a text that may not be there. */
export const MAYBE: Filter['test'][] = ['has', 'is', 'not', 'like', 'empty', 'filled'];
/** What is noted beside the rows of a list. */
export const NOTED: FilterField = {
  field: 'metadata.',
  label: 'Noted',
  keyed: true,
  tests: ['is', 'not', 'has', 'above', 'below', 'empty', 'filled'],
};
