import type { Filter, GridQuery, Selection } from './types';

export const nothing = (): Selection => ({ mode: 'some', keys: new Set() });

export const isSelected = (selection: Selection, key: string): boolean =>
  selection.mode === 'some' ? selection.keys.has(key) : !selection.except.has(key);

/** Rows chosen, given how many the filter holds. */
export const countSelected = (selection: Selection, total: number): number =>
  selection.mode === 'some' ? selection.keys.size : Math.max(0, total - selection.except.size);

export function toggled(selection: Selection, key: string): Selection {
  const flip = (keys: Set<string>): Set<string> => {
    const next = new Set(keys);
    if (!next.delete(key)) next.add(key);
    return next;
  };
  return selection.mode === 'some'
    ? { mode: 'some', keys: flip(selection.keys) }
    : { ...selection, except: flip(selection.except) };
}

export const only = (key: string): Selection => ({ mode: 'some', keys: new Set([key]) });

/** Adds a range. With everything chosen it takes the range out of the exceptions. */
export function withRange(selection: Selection, keys: Iterable<string>): Selection {
  if (selection.mode === 'some') return { mode: 'some', keys: new Set([...selection.keys, ...keys]) };
  const except = new Set(selection.except);
  for (const key of keys) except.delete(key);
  return { ...selection, except };
}

export const everything = (query: GridQuery): Selection => ({
  mode: 'filter',
  query: structuredClone(query),
  except: new Set(),
});

/** Two queries hold the same rows, in whatever order. */
export const sameFilter = (a: GridQuery, b: GridQuery): boolean =>
  a.text.trim() === b.text.trim() &&
  !!a.any === !!b.any &&
  JSON.stringify(a.filters.map(filterKey)) === JSON.stringify(b.filters.map(filterKey));

const filterKey = ({ field, test, value }: Filter): string[] => [field, test, value];

/** A cell that a spreadsheet would run as a formula is kept as text. */
export function tsvCell(text: string): string {
  const flat = text.replace(/[\t\r\n]+/g, ' ');
  // After a minus only an amount may follow, digits in groups and their decimals.
  return /^[=+@]/.test(flat) || /^-(?!\d[\d.,'’\u00a0\u202f]*$)/.test(flat) ? `'${flat}` : flat;
}
