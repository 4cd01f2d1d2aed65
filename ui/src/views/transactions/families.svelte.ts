import { backend } from '$lib/backend';
import type { FamilyRow } from '$lib/backend/types/FamilyRow';
import type { FamilyState } from '$lib/backend/types/FamilyState';
import type { FilterCondition } from '$lib/backend/types/FilterCondition';
import type { JournalRow } from '$lib/backend/types/JournalRow';
import type { ListQuery } from '$lib/backend/types/ListQuery';
import type { MoneyTotal } from '$lib/backend/types/MoneyTotal';
import { addDays } from '$lib/dates';
import {
  type FilterField,
  type GridQuery,
  type GridSource,
  MAYBE,
  NOTED,
  type Selection,
  type TotalsRow,
} from '$lib/grid';
import { type CurrencySum, sumByCurrency } from '$lib/money';
import { number, plural } from '$lib/words';
import '../common/commands';
import { listQuery, selectionQuery } from '../common/queries';
import { STATES } from '../common/words';

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
  { field: 'description', label: 'Description', tests: MAYBE },
  { field: 'currency', label: 'Currency', tests: ['is', 'not'] },
  { field: 'source', label: 'From' },
  { field: 'destination', label: 'To' },
  { field: 'expires', label: 'Expires', type: 'date', tests: ['from', 'to', 'empty', 'filled'] },
  { field: 'actor', label: 'Entered by', tests: ['is', 'not', 'has'] },
  NOTED,
];

const inState = (...values: FamilyState[]): FilterCondition => ({ field: 'state', test: 'is', values });

/** How many families of a list are in one of some states. */
async function countOf(query: ListQuery, condition: FilterCondition): Promise<number> {
  const narrowed = { ...query, limit: 1, sort: [], conditions: [...query.conditions, condition] };
  return (await backend.call('transactions_page', { query: narrowed })).total;
}

/** The sums of a list, with what its counts say twice or not at all. */
async function read(query: ListQuery) {
  const [sums, parts, ended] = await Promise.all([
    backend.call('transactions_totals', { query }),
    countOf(query, inState('part_committed')),
    countOf(query, inState('voided', 'expired')),
  ]);
  return { sums, parts, ended };
}

async function totals(query: GridQuery, selection: Selection | null): Promise<TotalsRow[]> {
  const chosen = selection && selectionQuery(selection);
  const [all, some] = await Promise.all([read(listQuery(0, 500, query)), chosen ? read(chosen) : null]);
  return [...viewRows(all.sums, all.parts, all.ended), ...(some ? selectedRows(some) : [])];
}

const counted = (list: readonly MoneyTotal[]): number => list.reduce((n, total) => n + total.count, 0);
const asSums = (list: readonly MoneyTotal[]): CurrencySum[] =>
  sumByCurrency(list.map(({ currency, exponent, amount }) => ({ currency, exponent, minor: amount })));

/**
 * Applied, held, and what is in neither. A part commit stands in both sums, with what is committed and with what is
 * still held, so it is counted once, as held, and named beside the applied, or alone where nothing else is applied.
 */
export function viewRows(all: readonly MoneyTotal[], parts: number, ended: number): TotalsRow[] {
  const applied = all.filter(({ group }) => group === 'applied');
  const held = all.filter(({ group }) => group === 'held');
  const rows: TotalsRow[] = [];
  const whole = counted(applied) - parts;
  const partly = parts ? plural(parts, 'part commit') : '';
  const label =
    whole || !parts ? [`Applied, ${number(whole)}`, partly].filter(Boolean).join(' and ') : partly;
  if (applied.length) rows.push({ label, sums: asSums(applied) });
  if (held.length) rows.push({ label: `Held, ${number(counted(held))}`, sums: asSums(held) });
  if (ended) rows.push({ label: `${number(ended)} voided, not counted`, note: true, sums: [] });
  return rows;
}

/** All that is selected, with what is still held of it; of a voided one there is no sum. */
function selectedRows({ sums, parts, ended }: Awaited<ReturnType<typeof read>>): TotalsRow[] {
  const families = counted(sums) - parts + ended;
  if (!families) return [];
  const without = ended ? `, ${number(ended)} voided, not counted` : '';
  return [{ label: `Selected, ${number(families)}${without}`, strong: true, sums: asSums(sums) }];
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
  start: (limit, query) => backend.call('transactions_start', { query: listQuery(0, limit, query) }),
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
  commits_at: null,
  children: 0,
  attachments: 0,
  booked_on: child.status === 'APPLIED' ? child.date : null,
});
