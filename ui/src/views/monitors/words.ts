import type { BookSettings } from '$lib/backend/types/BookSettings';
import type { FiguresView } from '$lib/backend/types/FiguresView';
import type { MonitorAlert } from '$lib/backend/types/MonitorAlert';
import type { MonitorRow } from '$lib/backend/types/MonitorRow';
import { cmpMinor, subMinor } from '$lib/money';
import { plural } from '$lib/words';
import { money } from '../common/words';

export type Figure =
  | 'balance'
  | 'credit_balance'
  | 'debit_balance'
  | 'inflight_balance'
  | 'inflight_credit_balance'
  | 'inflight_debit_balance';
export type Comparison = '<' | '<=' | '=' | '!=' | '>=' | '>';

/** What can be watched. In is what is stored as credit of the balance, Out as debit. */
export const FIGURES: { value: Figure; label: string }[] = [
  { value: 'balance', label: 'Balance' },
  { value: 'credit_balance', label: 'Total in' },
  { value: 'debit_balance', label: 'Total out' },
  { value: 'inflight_balance', label: 'Held in less held out' },
  { value: 'inflight_credit_balance', label: 'Held in' },
  { value: 'inflight_debit_balance', label: 'Held out' },
];

export const COMPARISONS: { value: Comparison; label: string }[] = [
  { value: '<', label: 'below' },
  { value: '<=', label: 'at most' },
  { value: '=', label: 'exactly' },
  { value: '!=', label: 'not' },
  { value: '>=', label: 'at least' },
  { value: '>', label: 'above' },
];

/** The other words that stand for the same, as a monitor may have been asked for. */
const OTHER_FIGURES: Record<string, Figure> = {
  credit: 'credit_balance',
  debit: 'debit_balance',
  inflight: 'inflight_balance',
  inflight_credit: 'inflight_credit_balance',
  inflight_debit: 'inflight_debit_balance',
};
const OTHER_COMPARISONS: Record<string, Comparison> = {
  less_than: '<',
  less_than_or_equal: '<=',
  equals: '=',
  '==': '=',
  not_equals: '!=',
  '<>': '!=',
  greater_than_or_equal: '>=',
  greater_than: '>',
};

const plain = (text: string): string => text.trim().toLowerCase();

export function figureOf(field: string): Figure | null {
  const word = plain(field);
  return OTHER_FIGURES[word] ?? FIGURES.find(({ value }) => value === word)?.value ?? null;
}

/** `less_than` and `<` are the same. */
export function comparisonOf(operator: string): Comparison | null {
  const word = plain(operator);
  return OTHER_COMPARISONS[word] ?? COMPARISONS.find(({ value }) => value === word)?.value ?? null;
}

export const figureWord = (field: string): string =>
  FIGURES.find(({ value }) => value === figureOf(field))?.label ?? field;
export const comparisonWord = (operator: string): string =>
  COMPARISONS.find(({ value }) => value === comparisonOf(operator))?.label ?? operator;

type Condition = Pick<MonitorRow, 'field' | 'operator' | 'value' | 'exponent' | 'currency'>;

/** `Balance below 500.00 EUR`. */
export const conditionWords = (of: Condition): string =>
  `${figureWord(of.field)} ${comparisonWord(of.operator)} ${money(of.value, of.exponent, of.currency)}`;

/** `Corrib Operating: balance below 500.00 EUR`: how a monitor is called where one is named. */
export function nameOf(of: Condition & Pick<MonitorRow, 'balance_name'>): string {
  const words = conditionWords(of);
  return `${of.balance_name}: ${words.charAt(0).toLowerCase()}${words.slice(1)}`;
}

/** The watched figure of a balance, in minor units. */
export function figureNow(figures: FiguresView, field: Figure): string {
  const now: Record<Figure, () => string> = {
    balance: () => figures.balance,
    credit_balance: () => figures.total_in,
    debit_balance: () => figures.total_out,
    inflight_balance: () => subMinor(figures.held_in, figures.held_out),
    inflight_credit_balance: () => figures.held_in,
    inflight_debit_balance: () => figures.held_out,
  };
  return now[field]();
}

/** Whether the figure stands so to the value. */
export function holds(figure: string, comparison: Comparison, value: string): boolean {
  const order = cmpMinor(figure, value);
  const is: Record<Comparison, boolean> = {
    '<': order < 0,
    '<=': order <= 0,
    '=': order === 0,
    '!=': order !== 0,
    '>=': order >= 0,
    '>': order > 0,
  };
  return is[comparison];
}

/** Whether the form begins with an alert at every change: as the monitor has it, and of a new one as the book says. */
export const tellsAgain = (
  monitor: Pick<MonitorRow, 'repeat'> | undefined,
  book: Pick<BookSettings, 'monitors_repeat'> | undefined,
): boolean => monitor?.repeat ?? book?.monitors_repeat ?? false;

/** One alert, apart from all others: a monitor may give two in a moment, of two postings. */
export const alertKey = (alert: Pick<MonitorAlert, 'monitor_id' | 'at' | 'transaction_id'>): string =>
  [alert.monitor_id, alert.at, alert.transaction_id].join(' ');

/** What a message says of alerts, the newest first. */
export function alertWords(alerts: readonly MonitorAlert[]): string {
  const [first] = alerts;
  if (!first) return '';
  if (alerts.length > 1) {
    const names = [...new Set(alerts.map(({ balance_name }) => balance_name))];
    const shown = names.slice(0, 3).join(', ');
    return `${plural(alerts.length, 'alert')}: ${shown}${names.length > 3 ? ' and others' : ''}`;
  }
  return `${nameOf(first)}. It is ${money(first.figure, first.exponent, first.currency)}.`;
}
