import type { StatementRow } from '$lib/backend/types/StatementRow';
import { addDays, addMonths, endOfMonth } from '$lib/dates';

/** What statements say about one month of a bank account. */
export interface MonthCover {
  /** First day. */
  from: string;
  to: string;
  state: 'signed' | 'review' | 'part' | 'missing' | 'before';
  /** Of a month in review: lines that are confirmed, in whole percent, never rounded up. */
  percent: number;
  /** The statement to open, the newest of the month. */
  statement: StatementRow | null;
}

/** Whether every day from `from` to `to` lies in one of the statements. */
function covers(statements: readonly StatementRow[], from: string, to: string): boolean {
  let day = from;
  for (const one of [...statements].sort((a, b) => (a.period_from < b.period_from ? -1 : 1))) {
    if (one.period_from <= day && one.period_to >= day) day = addDays(one.period_to, 1);
  }
  return day > to;
}

/** Of a month in which nothing is in review. */
function stateOf(
  own: readonly StatementRow[],
  from: string,
  to: string,
  first: string | undefined,
): MonthCover['state'] {
  if (covers(own, from, to)) return 'signed';
  if (own.length) return 'part';
  return first && to < first ? 'before' : 'missing';
}

/** The months of the year of `last`, up to its month. */
export function monthsOf(statements: readonly StatementRow[], last: string): MonthCover[] {
  const months: MonthCover[] = [];
  const first = statements.map((one) => one.period_from).sort()[0];
  for (let from = `${last.slice(0, 4)}-01-01`; from <= last; from = addMonths(from, 1)) {
    const to = endOfMonth(from);
    const own = statements.filter((one) => one.period_from <= to && one.period_to >= from);
    const open = own.filter((one) => one.state !== 'signed');
    const lines = open.reduce((sum, one) => sum + one.lines, 0);
    const confirmed = open.reduce((sum, one) => sum + one.confirmed, 0);
    const newest = [...(open.length ? open : own)].sort((a, b) => (a.period_to < b.period_to ? 1 : -1));
    months.push({
      from,
      to,
      state: open.length ? 'review' : stateOf(own, from, to, first),
      percent: lines ? Math.floor((confirmed * 100) / lines) : 0,
      statement: newest[0] ?? null,
    });
  }
  return months;
}
