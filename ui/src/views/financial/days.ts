import type { FinancialKind } from '$lib/backend/types/FinancialKind';
import type { FinancialRequest } from '$lib/backend/types/FinancialRequest';
import { addDays, addMonths, daysBetween, endOfMonth, isoDate, startOfMonth } from '$lib/dates';

/** Days that are chosen by their name; `days` are typed. */
export type Choice =
  | 'month'
  | 'quarter'
  | 'year'
  | 'last_year'
  | 'today'
  | 'last_month'
  | 'last_quarter'
  | 'days';

export interface Place {
  kind: FinancialKind;
  choice: Choice;
  /** Typed days: of a balance sheet only the last one counts. */
  from: string | null;
  to: string | null;
}

/** What stands beside the amounts: nothing, those of the days before, or those of a year before. */
export type Compare = 'none' | 'period' | 'year';

export interface Range {
  from: string;
  to: string;
}

/** The days between which something came and went have a name; so have the ends at which something stands. */
export const CHOICES: Record<FinancialKind, { value: Choice; label: string }[]> = {
  balance_sheet: [
    { value: 'today', label: 'Today' },
    { value: 'last_month', label: 'Last month end' },
    { value: 'last_quarter', label: 'Last quarter end' },
    { value: 'last_year', label: 'Last fiscal year end' },
  ],
  profit_and_loss: [
    { value: 'month', label: 'This month' },
    { value: 'quarter', label: 'This quarter' },
    { value: 'year', label: 'This fiscal year' },
    { value: 'last_year', label: 'Last fiscal year' },
  ],
};
const OTHER: { value: Choice; label: string } = { value: 'days', label: 'Other days' };

/** What is offered: typed days have a place only while they are what is shown. */
export const offered = ({ kind, choice }: Pick<Place, 'kind' | 'choice'>) =>
  choice === 'days' ? [...CHOICES[kind], OTHER] : CHOICES[kind];

/** The start of the fiscal year that `day` lies in; a start on 29 February is the 28th in other years. */
export function yearStart(start: string, day: string): string {
  const [month = 1, of = 1] = /^\d{2}-\d{2}$/.test(start) ? start.split('-').map(Number) : [];
  const inYear = (year: number): string =>
    isoDate(year, month, of) ?? isoDate(year, month, of - 1) ?? `${year}-01-01`;
  const year = Number(day.slice(0, 4));
  return inYear(year) <= day ? inYear(year) : inYear(year - 1);
}

/** The start of the quarter that `day` lies in, counted from the start of the fiscal year. */
export function quarterStart(start: string, day: string): string {
  const first = yearStart(start, day);
  const starts = [9, 6, 3].map((months) => addMonths(first, months));
  return starts.find((quarter) => quarter <= day) ?? first;
}

/** First and last day of what is shown. What goes on ends today. */
export function rangeOf(place: Place, today: string, fiscalStart: string): Range {
  const year = yearStart(fiscalStart, today);
  const before = (day: string) => addDays(day, -1);
  const at = (to: string) => ({ from: yearStart(fiscalStart, to), to });
  switch (place.choice) {
    case 'month':
      return { from: startOfMonth(today), to: today };
    case 'quarter':
      return { from: quarterStart(fiscalStart, today), to: today };
    case 'last_month':
      return at(before(startOfMonth(today)));
    case 'last_quarter':
      return at(before(quarterStart(fiscalStart, today)));
    case 'last_year':
      return at(before(year));
    case 'days': {
      const to = place.to ?? today;
      return { from: place.from ?? yearStart(fiscalStart, to), to };
    }
    default:
      return { from: year, to: today };
  }
}

/** What the engine is asked. Of a balance sheet only the last day counts. */
export const requestOf = (kind: FinancialKind, { from, to }: Range): FinancialRequest => ({
  kind,
  from: kind === 'balance_sheet' ? null : from,
  to,
});

/** The same day some months before; the end of a month stays one. */
function monthsBefore(day: string, months: number): string {
  const moved = addMonths(day, -months);
  return day === endOfMonth(day) ? endOfMonth(moved) : moved;
}

/** The days that what is shown is compared with. Days that go on are compared with as much of the ones before. */
export function rangeBefore(
  place: Place,
  compare: Compare,
  today: string,
  fiscalStart: string,
): Range | null {
  if (compare === 'none') return null;
  const range = rangeOf(place, today, fiscalStart);
  const before = (day: string) => addDays(day, -1);
  if (place.kind === 'balance_sheet') {
    const to =
      compare === 'year' ? monthsBefore(range.to, 12) : before(startOfShown(place, range, fiscalStart));
    return { from: yearStart(fiscalStart, to), to };
  }
  const ofYear = place.choice === 'year' || place.choice === 'last_year';
  if (ofYear)
    return {
      from: yearStart(fiscalStart, before(range.from)),
      to: place.choice === 'year' ? monthsBefore(range.to, 12) : before(range.from),
    };
  const months = compare === 'year' ? 12 : monthsOf(place, range);
  if (months) return { from: addMonths(range.from, -months), to: monthsBefore(range.to, months) };
  return { from: addDays(range.from, -daysBetween(range.from, range.to) - 1), to: before(range.from) };
}

/** The first day of the month, quarter or year whose end is shown. */
function startOfShown({ choice }: Place, { to }: Range, fiscalStart: string): string {
  if (choice === 'last_year') return yearStart(fiscalStart, to);
  return choice === 'last_quarter' ? quarterStart(fiscalStart, to) : startOfMonth(to);
}

/** How many months the days are; 0 for typed days that are no whole months. */
function monthsOf({ choice }: Place, { from, to }: Range): number {
  if (choice === 'month') return 1;
  if (choice === 'quarter') return 3;
  if (from !== startOfMonth(from) || to !== endOfMonth(to)) return 0;
  const index = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
  return Math.max(0, index(to) - index(from) + 1);
}

/** What can be compared with, each with its days. */
export function comparisons(
  place: Place,
  today: string,
  fiscalStart: string,
): { value: Compare; label: string; detail?: string }[] {
  const of = (value: Compare, label: string) => {
    const range = rangeBefore(place, value, today, fiscalStart);
    return range ? { value, label, detail: daysOf({ kind: place.kind, ...range }) } : { value, label };
  };
  return [of('none', 'Nothing'), of('period', 'Previous period'), of('year', 'Previous year')];
}

/** The other report of the same days: it ends where this one ended. */
export function turned(place: Place, kind: FinancialKind, today: string, fiscalStart: string): Place {
  if (kind === place.kind) return place;
  const { from, to } = rangeOf(place, today, fiscalStart);
  if (place.choice === 'last_year') return { ...place, kind };
  if (place.choice === 'days') return { kind, choice: 'days', from, to };
  if (to === today)
    return { kind, choice: kind === 'balance_sheet' ? 'today' : 'year', from: null, to: null };
  return { kind, choice: 'days', from, to };
}

/** `2026-01-01 to 2026-11-19`, or `As of 2026-11-19`. */
export const daysOf = (report: { kind: FinancialKind; from: string; to: string }): string =>
  report.kind === 'balance_sheet' ? `As of ${report.to}` : `${report.from} to ${report.to}`;
