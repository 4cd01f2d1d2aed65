import type { MonitorAlert } from '$lib/backend/types/MonitorAlert';
import type { MonitorRow } from '$lib/backend/types/MonitorRow';
import type { GridQuery } from '$lib/grid';
import { textRoom } from '$lib/grid/measure';
import { cmpMinor, formatMinor } from '$lib/money';
import { shownRows } from '../common/shown';
import { comparisonWord, conditionWords, figureWord } from './words';

/** What monitors and their alerts have in common. */
type Row = Pick<
  MonitorRow,
  'balance_id' | 'balance_name' | 'currency' | 'exponent' | 'field' | 'operator' | 'value' | 'figure'
> &
  Pick<MonitorRow, 'description'>;

export const STATES = { firing: 'Firing', quiet: 'Quiet' } as const;
export const stateOf = ({ holds }: { holds?: boolean }): keyof typeof STATES => (holds ? 'firing' : 'quiet');
export const stateWord = (row: Pick<MonitorRow, 'holds'>): string => STATES[stateOf(row)];

const FIELDS: Record<string, (row: Row & { holds?: boolean }) => string> = {
  state: stateOf,
  currency: (row) => row.currency,
  balance: (row) => row.balance_id,
};

function words(row: Row): string {
  const amounts = [row.value, row.figure].map((minor) =>
    formatMinor(minor, row.exponent, { negatives: 'minus' }),
  );
  return [
    row.balance_name,
    figureWord(row.field),
    comparisonWord(row.operator),
    ...amounts,
    ...amounts.map((amount) => amount.replaceAll(',', '')),
    row.currency,
    row.description,
  ]
    .join(' ')
    .toLowerCase();
}

const [LEAST, MOST] = [150, 460];

/** Px that a column of conditions needs: an amount in them is never cut, as far as there is any room. */
export const conditionRoom = (rows: readonly Row[]): number =>
  textRoom(rows.map(conditionWords), LEAST, MOST);

const cmp = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const time = (at: string | null): number => (at ? Date.parse(at) : 0);
/** Currencies are never compared with each other. */
const money = (a: Row, b: Row, minor: (row: Row) => string): number =>
  cmp(a.currency, b.currency) || cmpMinor(minor(a), minor(b));

const SHARED: Record<string, (a: Row, b: Row) => number> = {
  balance: (a, b) => a.balance_name.localeCompare(b.balance_name),
  condition: (a, b) => cmp(figureWord(a.field), figureWord(b.field)) || money(a, b, (row) => row.value),
  figure: (a, b) => money(a, b, (row) => row.figure),
};

const shown = <R extends Row>(
  all: readonly R[],
  query: GridQuery,
  sorts: Record<string, (a: R, b: R) => number>,
): R[] => shownRows(all, query, { words, fields: FIELDS, sorts: { ...SHARED, ...sorts } });

/** The monitors under a filter and in an order. Rows that the order does not tell apart keep theirs. */
export const shownMonitors = (all: readonly MonitorRow[], query: GridQuery): MonitorRow[] =>
  shown(all, query, {
    state: (a, b) => Number(b.holds) - Number(a.holds),
    alert: (a, b) => time(a.fired_at) - time(b.fired_at),
  });

export const shownAlerts = (all: readonly MonitorAlert[], query: GridQuery): MonitorAlert[] =>
  shown(all, query, { at: (a, b) => time(a.at) - time(b.at) });
