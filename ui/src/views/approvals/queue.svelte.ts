import { backend, everyPage, PAGE } from '$lib/backend';
import type { FamilyRow } from '$lib/backend/types/FamilyRow';
import type { FilterCondition } from '$lib/backend/types/FilterCondition';
import type { HeldTotal } from '$lib/backend/types/HeldTotal';
import type { TransactionDetail } from '$lib/backend/types/TransactionDetail';
import { addDays } from '$lib/dates';
import type { GridGroup, GridQuery, GridSource, Selection, TotalsRow } from '$lib/grid';
import { isSelected } from '$lib/grid';
import { type CurrencySum, isZero, sumByCurrency } from '$lib/money';
import '../common/commands';
import { AWAITING, listQuery, selectionQuery } from '../common/queries';
import { BUCKET_WORDS, type Bucket, bucketOf } from '../common/times.svelte';
import { count, isOpen } from '../common/words';

const RESOLVED: FilterCondition = {
  field: 'state',
  test: 'is',
  values: ['committed', 'voided', 'part_voided', 'expired'],
};
/** Up to here the whole queue is kept, which gives exact groups. Longer queues are paged without groups. */
export const WHOLE = 10_000;

const held = (row: FamilyRow): string => row.remaining ?? row.amount;
export const sumHeld = (rows: readonly FamilyRow[]): CurrencySum[] =>
  sumByCurrency(rows.map((row) => ({ minor: held(row), exponent: row.exponent, currency: row.currency })));

/** Money held in one currency that leaves a bank account, comes to one, or touches none. */
export interface WaySum extends CurrencySum {
  way: Way;
  count: number;
}
export type Way = 'out' | 'in' | 'held';

/** A transfer between two own accounts leaves one and comes to the other. */
function waysOf(row: FamilyRow, banks: ReadonlySet<string>): Way[] {
  const ways: Way[] = [];
  if (banks.has(row.source_id)) ways.push('out');
  if (banks.has(row.destination_id)) ways.push('in');
  return ways.length ? ways : ['held'];
}

/** Out and in are never one sum: they would add up to money that does not move. */
export function sumWays(rows: readonly FamilyRow[], banks: ReadonlySet<string>): WaySum[] {
  const parts = rows.flatMap((row) =>
    waysOf(row, banks).map((way) => ({
      minor: held(row),
      exponent: row.exponent,
      currency: `${row.currency} ${way}`,
    })),
  );
  const split = sumByCurrency(parts).map((sum) => {
    const [currency = '', way] = sum.currency.split(' ');
    return { ...sum, currency, way: way as Way };
  });
  const order: Way[] = ['out', 'in', 'held'];
  return split.sort((a, b) =>
    a.currency === b.currency
      ? order.indexOf(a.way) - order.indexOf(b.way)
      : a.currency < b.currency
        ? -1
        : 1,
  );
}

const keyOf = (query: GridQuery): string => JSON.stringify([query.text, query.filters, query.sort]);
const byExpiry = (query: GridQuery): boolean =>
  !query.sort[0] || (query.sort[0].column === 'expires' && !query.sort[0].desc);

const isDue = (row: FamilyRow, now: number): boolean =>
  [row.commits_at, row.expires_at].some((at) => at !== null && Date.parse(at) <= now);

/** What the clock does is booked under this name. */
const CLOCK = 'Tieout';
/** Whether time decided on a hold: it ran out, or committed itself. */
export function endedByClock({ family, rows }: Pick<TransactionDetail, 'family' | 'rows'>): boolean {
  if (family.state === 'expired' || family.state === 'part_voided') return true;
  return family.state === 'committed' && rows.at(-1)?.actor === CLOCK;
}

/**
 * The queue of open holds. A hold that runs out or commits itself while somebody looks stays, marked as such, until the
 * view is left: a row that disappears by the clock is a row somebody wonders about.
 */
export class Queue {
  rows: FamilyRow[] = $state.raw([]);
  /** Null when the queue is too long to be held whole. */
  whole = $state(true);
  #asked: { key: string; answer: Promise<FamilyRow[] | null> } | null = null;
  /** Bank accounts of the book: what leaves one goes out. */
  banks: ReadonlySet<string> = $state.raw(new Set());
  #expired = new Map<string, FamilyRow>();
  #seen = new Map<string, FamilyRow>();

  constructor(private readonly today: () => string) {}

  /** The next question reads the book again. */
  forget(): void {
    this.#asked = null;
  }

  #read(query: GridQuery): Promise<FamilyRow[] | null> {
    const key = keyOf(query);
    if (this.#asked?.key !== key) {
      const asked = { key, answer: this.#load(query) };
      this.#asked = asked;
      // A failed reading is not kept: Try again asks anew.
      asked.answer.catch(() => {
        if (this.#asked === asked) this.#asked = null;
      });
    }
    return this.#asked.answer;
  }

  async #load(query: GridQuery): Promise<FamilyRow[] | null> {
    const [{ rows, total }] = await Promise.all([readAll(query, WHOLE), this.#readBanks()]);
    this.whole = total <= WHOLE;
    if (!this.whole) return null;
    await this.#findExpired(rows);
    const all = this.#withExpired(rows, query);
    this.#seen = new Map(all.map((row) => [row.id, row]));
    this.rows = all;
    return all;
  }

  async #readBanks(): Promise<void> {
    const banks: FilterCondition = { field: 'reconcilable', test: 'is', values: ['1'] };
    const rows = await everyPage((offset, limit) =>
      backend.call('balances_page', { query: { offset, limit, sort: [], conditions: [banks], text: null } }),
    );
    this.banks = new Set(rows.map((row) => row.id));
  }

  async #findExpired(open: readonly FamilyRow[]): Promise<void> {
    const here = new Set(open.map((row) => row.id));
    const now = Date.now();
    const due = [...this.#seen.values()].filter(
      (row) => !here.has(row.id) && !this.#expired.has(row.id) && isDue(row, now),
    );
    for (const row of due) {
      const detail = await backend.call('transaction_get', { id: row.id });
      if (endedByClock(detail)) {
        this.#expired.set(row.id, { ...detail.family, remaining: row.remaining });
      }
    }
  }

  #withExpired(rows: FamilyRow[], query: GridQuery): FamilyRow[] {
    const kept = [...this.#expired.values()].filter((row) => fits(row, query));
    if (!kept.length) return rows;
    if (!byExpiry(query)) return [...rows, ...kept];
    const at = (row: FamilyRow): string => row.expires_at ?? '9999';
    return [...rows, ...kept].sort((a, b) => (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0));
  }

  source(): GridSource<FamilyRow> {
    return {
      page: async (offset, limit, query) => {
        const rows = await this.#read(query);
        if (rows) return { rows: rows.slice(offset, offset + limit), total: rows.length };
        return backend.call('transactions_page', { query: listQuery(offset, limit, query, [AWAITING]) });
      },
      // Beside the queue: what is on screen stays that of the filter that is shown.
      rows: readAll,
      hidden: async (query, selection) => {
        const rows = await this.#read(query);
        if (!rows || selection.mode === 'filter') return 0;
        const here = new Set(rows.map((row) => row.id));
        return [...selection.keys].filter((id) => !here.has(id)).length;
      },
      groups: async (query) => {
        const rows = await this.#read(query);
        return rows && byExpiry(query) ? this.#groups(rows) : [];
      },
      totals,
    };
  }

  #groups(rows: readonly FamilyRow[]): GridGroup[] {
    const today = this.today();
    const found: { bucket: Bucket; rows: FamilyRow[] }[] = [];
    for (const row of rows) {
      const bucket = bucketOf(row.expires_at, today, addDays(today, 1), addDays(today, 7));
      const last = found.at(-1);
      if (last?.bucket === bucket) last.rows.push(row);
      else found.push({ bucket, rows: [row] });
    }
    return found.map(({ bucket, rows: own }) => ({
      key: bucket,
      label: BUCKET_WORDS[bucket],
      count: own.length,
      sums: sumWays(
        own.filter((row) => isOpen(row.state)),
        this.banks,
      ).map((sum) => ({
        ...sum,
        currency: sum.way === 'held' ? sum.currency : `${sum.currency} ${sum.way}`,
      })),
      ...(bucket === 'today' || bucket === 'overdue' ? { tone: 'warn' as const } : {}),
    }));
  }

  /** The open holds a selection stands for, as last read. */
  chosen(selection: Selection | undefined, known: readonly FamilyRow[]): FamilyRow[] {
    if (!selection) return [];
    const latest = (row: FamilyRow): FamilyRow => this.rows.find((one) => one.id === row.id) ?? row;
    const rows =
      selection.mode === 'filter'
        ? this.rows.filter((row) => isSelected(selection, row.id))
        : known.map(latest);
    return rows.filter((row) => isOpen(row.state));
  }
}

/** Every open hold of a filter; none when there are more than `limit`. */
async function readAll(query: GridQuery, limit: number): Promise<{ rows: FamilyRow[]; total: number }> {
  const read = (offset: number) =>
    backend.call('transactions_page', { query: listQuery(offset, PAGE, query, [AWAITING]) });
  const { rows, total } = await read(0);
  if (total > limit) return { rows: [], total };
  while (rows.length < total) {
    const next = await read(rows.length);
    if (!next.rows.length) break;
    rows.push(...next.rows);
  }
  return { rows, total: rows.length };
}

function fits(row: FamilyRow, query: GridQuery): boolean {
  if (query.filters.length) return false;
  const text = query.text.trim().toLowerCase();
  return (
    !text ||
    `${row.reference} ${row.description} ${row.source_name} ${row.destination_name}`
      .toLowerCase()
      .includes(text)
  );
}

/** Sums of the engine, so that they are right for a queue of any length; each direction has its own line. */
async function totals(query: GridQuery, selection: Selection | null): Promise<TotalsRow[]> {
  const chosen = selection && selectionQuery(selection, [AWAITING]);
  const [some, all] = await Promise.all([
    chosen ? backend.call('holds_totals', { query: chosen }) : [],
    backend.call('holds_totals', { query: listQuery(0, PAGE, query, [AWAITING]) }),
  ]);
  return [...(chosen ? linesOf('Selected', some, true) : []), ...linesOf('', all)];
}

/** "Out, 12 holds": each direction with the holds it counts, which are not those of the other. */
export function linesOf(name: string, list: readonly HeldTotal[], strong = false): TotalsRow[] {
  const line = (what: string, sum: 'money_out' | 'money_in' | 'elsewhere', counted: Counted): TotalsRow => {
    const own = list.filter((total) => !isZero(total[sum]));
    const holds = own.reduce((n, total) => n + total[counted], 0);
    return {
      label: `${name ? `${name} ${what.toLowerCase()}` : what}, ${count(holds, 'hold')}`,
      strong,
      sums: own.map(({ currency, exponent, ...total }) => ({ currency, exponent, minor: total[sum] })),
    };
  };
  const lines = [
    line('Out', 'money_out', 'holds_out'),
    line('In', 'money_in', 'holds_in'),
    line('Between others', 'elsewhere', 'holds_elsewhere'),
  ];
  return lines.filter((one) => one.sums.length);
}
type Counted = 'holds_out' | 'holds_in' | 'holds_elsewhere';

/** How many rows the shown tab has, and in how many currencies where that is known; nothing for an empty one. */
export function headOf(rows: number, what: string, currencies = 0): string | undefined {
  if (!rows) return undefined;
  return `${count(rows, what)}${currencies ? ` in ${count(currencies, 'currency', 'currencies')}` : ''}`;
}

/** Holds that were decided. */
export const resolvedSource = (): GridSource<FamilyRow> => ({
  page: (offset, limit, query) =>
    backend.call('transactions_page', { query: listQuery(offset, limit, query, [RESOLVED]) }),
});
