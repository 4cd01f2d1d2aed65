import type { FilterCondition } from '$lib/backend/types/FilterCondition';
import type { ListQuery } from '$lib/backend/types/ListQuery';
import { type Filter, type GridQuery, needsValue, type Selection } from '$lib/grid';

/** Holds that somebody has to decide about. */
export const AWAITING: FilterCondition = { field: 'state', test: 'is', values: ['held', 'part_committed'] };

const TESTS = {
  is: 'is',
  not: 'is_not',
  has: 'contains',
  like: 'like_any_case',
  from: 'at_least',
  to: 'at_most',
  above: 'above',
  below: 'below',
  empty: 'empty',
  filled: 'not_empty',
} as const;

/** A chip about the time of an expiry names a day here, from its first moment or to its last. */
function instantOf(filter: Filter, value: string): string {
  const day = filter.field === 'expires' ? /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) : null;
  if (!day) return value;
  const [year, month, date] = day.slice(1).map(Number) as [number, number, number];
  const start = new Date(year, month - 1, filter.test === 'to' ? date + 1 : date);
  if (filter.test !== 'to') return start.toISOString();
  return new Date(start.getTime() - 1).toISOString().replace(/Z$/, '999Z');
}

/** Chips as the engine takes them. Several "is" chips of one field mean any of them. */
export function conditionsOf(filters: readonly Filter[]): FilterCondition[] {
  const conditions: FilterCondition[] = [];
  for (const filter of filters) {
    const test = TESTS[filter.test];
    // A key of a note may hold any text, and so may its value.
    const parts = filter.field.startsWith('metadata.') ? [filter.value] : filter.value.split('|');
    const values = needsValue(filter.test) ? parts.map((value) => instantOf(filter, value)) : [];
    const same = conditions.find(
      (other) => test === 'is' && other.test === test && other.field === filter.field,
    );
    if (same) same.values.push(...values);
    else conditions.push({ field: filter.field, test, values });
  }
  return conditions;
}

export function listQuery(
  offset: number,
  limit: number,
  query: Pick<GridQuery, 'text' | 'filters' | 'sort' | 'any'>,
  extra: FilterCondition[] = [],
): ListQuery {
  const chips = conditionsOf(query.filters);
  return {
    offset,
    limit,
    sort: query.sort.map(({ column, desc }) => ({ field: column, descending: desc })),
    conditions: query.any ? extra : [...chips, ...extra],
    ...(query.any ? { any_of: chips } : {}),
    text: query.text.trim() || null,
  };
}

/** The rows a selection stands for, as a query; exceptions and chosen rows are named by id. */
export function selectionQuery(selection: Selection, extra: FilterCondition[] = []): ListQuery | null {
  if (selection.mode === 'some') {
    if (selection.keys.size === 0) return null;
    const chosen: FilterCondition = { field: 'id', test: 'is', values: [...selection.keys] };
    return { offset: 0, limit: 500, sort: [], conditions: [chosen], text: null };
  }
  const except: FilterCondition[] = selection.except.size
    ? [{ field: 'id', test: 'is_not', values: [...selection.except] }]
    : [];
  return listQuery(0, 500, selection.query, [...extra, ...except]);
}
