import type { FinancialKind } from '$lib/backend/types/FinancialKind';
import type { FinancialRequest } from '$lib/backend/types/FinancialRequest';
import { addDays, addMonths, isoDate, startOfMonth } from '$lib/dates';

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
export function rangeOf(place: Place, today: string, fiscalStart: string): { from: string; to: string } {
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
export function requestOf(place: Place, today: string, fiscalStart: string): FinancialRequest {
  const { from, to } = rangeOf(place, today, fiscalStart);
  return { kind: place.kind, from: place.kind === 'balance_sheet' ? null : from, to };
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
