import type { StatementRow } from '$lib/backend/types/StatementRow';
import { addDays } from '$lib/dates';

export type ListRow =
  | { kind: 'account'; key: string; name: string; currency: string; account: string | null; count: number }
  | { kind: 'statement'; key: string; row: StatementRow }
  | { kind: 'missing'; key: string; from: string; to: string };

/** Statements below their account, newest first, with the days no statement covers. */
export function listRows(statements: readonly StatementRow[]): ListRow[] {
  const accounts = new Map<string, StatementRow[]>();
  for (const row of statements) {
    const list = accounts.get(row.balance_id);
    if (list) list.push(row);
    else accounts.set(row.balance_id, [row]);
  }
  const named = [...accounts.values()].sort((a, b) => a[0]!.balance_name.localeCompare(b[0]!.balance_name));
  const rows: ListRow[] = [];
  for (const list of named) {
    const first = list[0]!;
    rows.push({
      kind: 'account',
      key: `account-${first.balance_id}`,
      name: first.balance_name,
      currency: first.currency,
      account: first.account,
      count: list.length,
    });
    list.sort((a, b) => b.period_from.localeCompare(a.period_from) || b.period_to.localeCompare(a.period_to));
    for (const [at, row] of list.entries()) {
      rows.push({ kind: 'statement', key: row.id, row });
      const older = list[at + 1];
      if (!older) continue;
      const from = addDays(older.period_to, 1);
      const to = addDays(row.period_from, -1);
      if (from <= to) rows.push({ kind: 'missing', key: `gap-${row.id}`, from, to });
    }
  }
  return rows;
}
