import type { TrialAccount } from '$lib/backend/types/TrialAccount';
import type { TrialReport } from '$lib/backend/types/TrialReport';
import type { GridQuery, TotalsRow } from '$lib/grid';
import { formatMinor } from '$lib/money';

type Key = (row: TrialAccount) => string;
const TEXTS: Record<string, Key> = {
  ledger: (row) => row.ledger,
  name: (row) => row.name,
  currency: (row) => row.currency,
};
const AMOUNTS: Record<string, Key> = {
  in: (row) => row.money_in,
  out: (row) => row.money_out,
  debit: (row) => row.debit ?? '0',
  credit: (row) => row.credit ?? '0',
};

const compareMinor = (a: string, b: string): number => {
  const [one, other] = [BigInt(a), BigInt(b)];
  return one < other ? -1 : one > other ? 1 : 0;
};

/** What an accountant would look for: a name, a ledger, a currency, or a figure as it is shown. */
function words(row: TrialAccount): string {
  const figures = Object.values(AMOUNTS).map((of) =>
    formatMinor(of(row), row.exponent, { negatives: 'minus' }),
  );
  return [row.ledger, row.name, row.currency, ...figures, ...figures.map((text) => text.replaceAll(',', ''))]
    .join(' ')
    .toLowerCase();
}

/** The rows of a report under a filter and in an order. Rows that the order does not tell apart keep theirs. */
export function shownRows(report: TrialReport, query: GridQuery): TrialAccount[] {
  const typed = query.text.trim().toLowerCase();
  const fits = (row: TrialAccount): boolean =>
    (!typed || words(row).includes(typed)) &&
    query.filters.every(({ field, test, value }) => {
      const have = TEXTS[field]?.(row) ?? '';
      const same = value.split('|').includes(have);
      return test === 'not'
        ? !same
        : test === 'has'
          ? have.toLowerCase().includes(value.toLowerCase())
          : same;
    });
  const rows = report.rows.filter(fits);
  for (const { column, desc } of query.sort.toReversed()) {
    const text = TEXTS[column];
    const amount = AMOUNTS[column];
    const way = desc ? -1 : 1;
    if (text) rows.sort((a, b) => way * text(a).localeCompare(text(b)));
    else if (amount) rows.sort((a, b) => way * compareMinor(amount(a), amount(b)));
  }
  return rows;
}

/** Sums of the shown rows by currency, each side for itself. */
export function sumsOf(rows: readonly TrialAccount[]): TotalsRow[] {
  const line = (label: string, of: Key, strong: boolean): TotalsRow => {
    const sums = new Map<string, { currency: string; exponent: number; minor: bigint }>();
    for (const row of rows) {
      const sum = sums.get(row.currency) ?? { currency: row.currency, exponent: row.exponent, minor: 0n };
      sum.minor += BigInt(of(row));
      sums.set(row.currency, sum);
    }
    return {
      label,
      strong,
      sums: [...sums.values()].map((sum) => ({ ...sum, minor: sum.minor.toString() })),
    };
  };
  return rows.length
    ? [
        line('Debits shown', (row) => row.debit ?? '0', true),
        line('Credits shown', (row) => row.credit ?? '0', true),
      ]
    : [];
}
