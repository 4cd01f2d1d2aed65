import type { BalanceRow } from '$lib/backend/types/BalanceRow';
import type { StatementRow } from '$lib/backend/types/StatementRow';
import { addDays, addMonths, endOfMonth, startOfMonth } from '$lib/dates';

/** Days of one balance that no statement covers; a month at most, or `months` of them together. */
export interface Gap {
  kind: 'missing';
  key: string;
  balance: string;
  from: string;
  to: string;
  months: number;
  /** The month is not over: its statement may still come. */
  running: boolean;
}

export type ListRow =
  | { kind: 'account'; key: string; name: string; currency: string; account: string | null; count: number }
  | { kind: 'statement'; key: string; row: StatementRow }
  | { kind: 'none'; key: string; balance: string; name: string }
  | Gap;

/** So long an account may well stand still; longer, and a statement of it is waited for. */
const QUIET_DAYS = 28;
/** Missing months shown one by one; older ones stand together in one row. */
const MONTHS_SHOWN = 12;

/** The days between as one row per calendar month, newest first. */
function gaps(balance: string, from: string, to: string, today: string): Gap[] {
  const rows: Gap[] = [];
  for (let start = from; start <= to; start = startOfMonth(addMonths(startOfMonth(start), 1))) {
    const end = endOfMonth(start) < to ? endOfMonth(start) : to;
    rows.push({
      kind: 'missing',
      key: `gap-${balance}-${start}`,
      balance,
      from: start,
      to: end,
      months: 1,
      running: end >= today,
    });
  }
  const older = rows.splice(0, Math.max(0, rows.length - MONTHS_SHOWN));
  const [first] = older;
  if (first) rows.unshift({ ...first, to: older.at(-1)!.to, months: older.length });
  return rows.reverse();
}

/**
 * Statements below their account, newest first, with the days no statement covers up to the month of `today`, and the
 * accounts that wait for their first statement.
 */
export function listRows(
  statements: readonly StatementRow[],
  accounts: readonly BalanceRow[],
  today: string,
): ListRow[] {
  const lists = new Map<string, StatementRow[]>();
  for (const row of statements) {
    const list = lists.get(row.balance_id);
    if (list) list.push(row);
    else lists.set(row.balance_id, [row]);
  }
  const named = [
    ...[...lists.values()].map((list) => ({ id: list[0]!.balance_id, name: list[0]!.balance_name, list })),
    ...accounts.filter((one) => !lists.has(one.id)).map((one) => ({ id: one.id, name: one.name, list: [] })),
  ].sort((a, b) => a.name.localeCompare(b.name));
  const rows: ListRow[] = [];
  for (const { id, name, list } of named) {
    const balance = accounts.find((one) => one.id === id);
    const first: StatementRow | undefined = list[0];
    rows.push({
      kind: 'account',
      key: `account-${id}`,
      name,
      currency: first?.currency ?? balance?.currency ?? '',
      account: first?.account ?? balance?.account_number ?? null,
      count: list.length,
    });
    if (!first) {
      rows.push({ kind: 'none', key: `none-${id}`, balance: id, name });
      continue;
    }
    list.sort((a, b) => b.period_from.localeCompare(a.period_from) || b.period_to.localeCompare(a.period_to));
    const last =
      list
        .map((one) => one.period_to)
        .sort()
        .at(-1) ?? first.period_to;
    rows.push(...gaps(id, addDays(last, 1), endOfMonth(today), today));
    for (const [at, row] of list.entries()) {
      rows.push({ kind: 'statement', key: row.id, row });
      const older = list[at + 1];
      if (!older) continue;
      // A few days between which the balance is the same are no missing statement: nothing was booked on them.
      const quiet = older.closing === row.opening && addDays(older.period_to, QUIET_DAYS) >= row.period_from;
      if (!quiet) rows.push(...gaps(id, addDays(older.period_to, 1), addDays(row.period_from, -1), today));
    }
  }
  return rows;
}
