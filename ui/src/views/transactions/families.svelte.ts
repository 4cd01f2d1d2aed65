import { backend } from '$lib/backend';
import type { FamilyRow } from '$lib/backend/types/FamilyRow';
import type { FamilyState } from '$lib/backend/types/FamilyState';
import type { FilterCondition } from '$lib/backend/types/FilterCondition';
import type { JournalRow } from '$lib/backend/types/JournalRow';
import { addDays } from '$lib/dates';
import type { FilterField, GridQuery, GridSource, Selection, TotalsRow } from '$lib/grid';
import '../common/commands';
import { listQuery, selectionQuery } from '../common/queries';
import { number, STATES } from '../common/words';

/** A family, or one of the rows below it. */
export interface Row extends FamilyRow {
  parent?: string;
}

export const STATE_OPTIONS = (Object.keys(STATES) as FamilyState[]).map((value) => ({
  value,
  label: STATES[value],
}));

export const FIELDS: FilterField[] = [
  { field: 'state', label: 'State', options: STATE_OPTIONS },
  { field: 'date', label: 'Date', type: 'date', tests: ['from', 'to', 'is'] },
  { field: 'reference', label: 'Reference' },
  { field: 'description', label: 'Description' },
  { field: 'currency', label: 'Currency', tests: ['is', 'not'] },
  { field: 'source', label: 'From' },
  { field: 'destination', label: 'To' },
  { field: 'expires', label: 'Expires', type: 'date', tests: ['from', 'to'] },
  { field: 'actor', label: 'Entered by', tests: ['is', 'not', 'has'] },
];

async function totals(query: GridQuery, selection: Selection | null): Promise<TotalsRow[]> {
  const chosen = selection && selectionQuery(selection);
  const [all, some] = await Promise.all([
    backend.call('transactions_totals', { query: listQuery(0, 500, query) }),
    chosen ? backend.call('transactions_totals', { query: chosen }) : [],
  ]);
  const sums = (list: typeof all) =>
    list.map(({ currency, exponent, amount, count }) => ({ currency, exponent, minor: amount, count }));
  const group = (name: string) => all.filter((total) => total.group === name);
  const count = (list: typeof all): number => list.reduce((n, total) => n + total.count, 0);
  const rows: TotalsRow[] = [];
  for (const [name, label] of [
    ['applied', 'Applied'],
    ['held', 'Held'],
  ] as const) {
    const list = group(name);
    if (list.length) rows.push({ label: `${label}, ${number(count(list))}`, sums: sums(list) });
  }
  if (chosen && some.length) rows.push(...selectedRows(some));
  return rows;
}

/** What is applied and what is held are told apart in a selection too. */
function selectedRows(
  some: { group: string; currency: string; exponent: number; amount: string; count: number }[],
): TotalsRow[] {
  return ['applied', 'held'].flatMap((name) => {
    const list = some.filter((total) => total.group === name);
    const n = list.reduce((sum, total) => sum + total.count, 0);
    const sums = list.map(({ currency, exponent, amount }) => ({ currency, exponent, minor: amount }));
    return list.length ? [{ label: `Selected, ${number(n)} ${name}`, strong: true, sums }] : [];
  });
}

async function locate(text: string, query: GridQuery): Promise<number | null> {
  const [sort] = query.sort;
  const byDate = !sort || sort.column === 'date';
  if (!byDate || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const descending = sort?.desc ?? true;
  // As many rows stand before the first one of that day as there are on the days before it in this order.
  const before: FilterCondition = descending
    ? { field: 'date', test: 'at_least', values: [addDays(text, 1)] }
    : { field: 'date', test: 'at_most', values: [addDays(text, -1)] };
  return (await backend.call('transactions_page', { query: listQuery(0, 1, query, [before]) })).total;
}

export const familySource = (): GridSource<Row> => ({
  page: (offset, limit, query) =>
    backend.call('transactions_page', { query: listQuery(offset, limit, query) }),
  totals,
  locate,
  async hidden(query, selection) {
    const chosen = selectionQuery(selection);
    if (!chosen || selection.mode === 'filter') return 0;
    const inside = await backend.call('transactions_page', {
      query: { ...listQuery(0, 1, query, chosen.conditions), sort: [] },
    });
    return Math.max(0, selection.keys.size - inside.total);
  },
});

/** The rows below a family as rows of the grid. */
export async function childrenOf(row: Row): Promise<Row[]> {
  const detail = await backend.call('transaction_get', { id: row.id });
  return detail.rows.filter((child) => child.parent_id !== null).map((child) => asRow(row, child));
}

const asRow = (family: Row, child: JournalRow): Row => ({
  ...family,
  parent: family.id,
  id: child.id,
  date: child.date,
  reference: child.reference,
  description: child.reason ?? child.description,
  amount: child.amount,
  state: child.status === 'VOID' ? (family.state === 'expired' ? 'expired' : 'voided') : 'committed',
  created_at: child.created_at,
  actor: child.actor,
  expires_at: null,
  children: 0,
});
