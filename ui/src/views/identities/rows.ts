import type { AccountRow } from '$lib/backend/types/AccountRow';
import type { BalanceRow } from '$lib/backend/types/BalanceRow';
import type { GridQuery } from '$lib/grid';

/** Rows that hold the typed text, in the order of the columns. Rows that it does not tell apart keep theirs. */
function shown<R>(
  all: readonly R[],
  { text, sort }: Pick<GridQuery, 'text' | 'sort'>,
  words: (row: R) => string,
  columns: Record<string, (row: R) => string>,
): R[] {
  const typed = text.trim().toLowerCase();
  const rows = all.filter((row) => !typed || words(row).toLowerCase().includes(typed));
  for (const { column, desc } of sort.toReversed()) {
    const of = columns[column];
    if (of) rows.sort((a, b) => of(desc ? b : a).localeCompare(of(desc ? a : b)));
  }
  return rows;
}

export const shownBalances = (
  all: readonly BalanceRow[],
  query: Pick<GridQuery, 'text' | 'sort'>,
): BalanceRow[] =>
  shown(all, query, (row) => `${row.name} ${row.ledger} ${row.currency}`, {
    name: (row) => row.name,
    ledger: (row) => row.ledger,
    last: (row) => row.last_entry_on ?? '',
  });

/** A number is found as it is written and without what stands between its digits. */
export const shownAccounts = (
  all: readonly AccountRow[],
  query: Pick<GridQuery, 'text' | 'sort'>,
): AccountRow[] =>
  shown(
    all,
    query,
    (row) =>
      `${row.number} ${row.number.replace(/[^\p{L}\p{N}]/gu, '')} ${row.bank} ${row.name} ${row.currency} ${row.balance_name ?? ''}`,
    {
      bank: (row) => row.bank,
      name: (row) => row.name,
      currency: (row) => row.currency,
      balance: (row) => row.balance_name ?? '',
      created: (row) => row.created_at,
    },
  );
