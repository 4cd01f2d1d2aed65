import type { GridQuery } from '$lib/grid';

/** What a list that is read whole is found, filtered and sorted by. */
export interface Ways<R> {
  /** Everything a row is found by, in lower case. */
  words: (row: R) => string;
  fields: Record<string, (row: R) => string>;
  sorts: Record<string, (a: R, b: R) => number>;
}

/** The rows under a filter and in an order. Rows that the order does not tell apart keep theirs. */
export function shownRows<R>(all: readonly R[], query: GridQuery, { words, fields, sorts }: Ways<R>): R[] {
  const typed = query.text.trim().toLowerCase();
  const rows = all.filter(
    (row) =>
      (!typed || words(row).includes(typed)) &&
      query.filters.every(({ field, test, value }) => {
        const same = value.split('|').includes(fields[field]?.(row) ?? '');
        return test === 'not' ? !same : same;
      }),
  );
  for (const { column, desc } of query.sort.toReversed()) {
    const order = sorts[column];
    if (order) rows.sort((a, b) => (desc ? order(b, a) : order(a, b)));
  }
  return rows;
}
