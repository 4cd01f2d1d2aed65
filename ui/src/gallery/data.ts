import type { GridQuery, GridSource } from '../lib/grid';
import { sumByCurrency } from '../lib/money';
import type { TxState } from '../lib/parts';

export interface Row {
  id: string;
  date: string;
  reference: string;
  text: string;
  from: string;
  to: string;
  minor: string;
  exponent: number;
  currency: string;
  state: TxState;
}

const CURRENCIES = [
  ['EUR', 2],
  ['JPY', 0],
  ['KWD', 3],
  ['GBP', 2],
] as const;
const STATES: TxState[] = [
  'applied',
  'held',
  'committed',
  'part',
  'refunded',
  'rejected',
  'voided',
  'scheduled',
  'queued',
  'expired',
];
const NAMES = [
  'Merrion Operating',
  'Lettermore PCB',
  'Ormond Castings',
  'Aoyama Settlement',
  'Seto Precision',
  'Fjordline Freight',
];

function row(n: number): Row {
  const [currency, exponent] = CURRENCIES[n % 7 === 2 ? 1 : n % 11 === 3 ? 2 : n % 5 === 4 ? 3 : 0]!;
  const amount = ((n * 7919 + 13) % 900_000) + 1;
  return {
    id: `txn_${n}`,
    date: `2026-${String(11 - (n % 3)).padStart(2, '0')}-${String(28 - (n % 27)).padStart(2, '0')}`,
    reference: `PAY-${7750 - (n % 5000)}`,
    text: ['Connectors', 'Pays BILL-7591', 'Glass blanks', 'Crane hire, Howth'][n % 4]!,
    from: NAMES[n % 6]!,
    to: NAMES[(n + 2) % 6]!,
    minor: n === 6 ? '-1234567890123456789012' : String(n % 6 === 1 ? -amount : amount),
    exponent,
    currency,
    state: STATES[n % STATES.length]!,
  };
}

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

export function sampleSource(size: number, grouped = false): GridSource<Row> {
  const match =
    (query: GridQuery) =>
    (n: number): boolean => {
      const one = row(n);
      const text = `${one.reference} ${one.text} ${one.from} ${one.to}`.toLowerCase();
      return (
        text.includes(query.text.toLowerCase()) &&
        query.filters.every((f) => (f.test === 'not') !== (String(one[f.field as keyof Row]) === f.value))
      );
    };
  const indices = (query: GridQuery): number[] | null =>
    query.text || query.filters.length
      ? Array.from({ length: Math.min(size, 20_000) }, (_, n) => n).filter(match(query))
      : null;
  const source: GridSource<Row> = {
    async page(offset, limit, query) {
      await wait(30);
      const list = indices(query);
      const total = list?.length ?? size;
      const at = Array.from(
        { length: Math.max(0, Math.min(limit, total - offset)) },
        (_, n) => list?.[offset + n] ?? offset + n,
      );
      return { rows: at.map(row), total };
    },
    async totals(query, selection) {
      await wait(60);
      const list = (indices(query) ?? Array.from({ length: Math.min(size, 500) }, (_, n) => n)).map(row);
      const chosen = list.filter(
        (one) =>
          selection &&
          (selection.mode === 'some' ? selection.keys.has(one.id) : !selection.except.has(one.id)),
      );
      return [
        ...(selection
          ? [{ label: `Selected, ${chosen.length}`, strong: true, sums: sumByCurrency(chosen) }]
          : []),
        { label: `In this view, ${list.length}`, sums: sumByCurrency(list) },
      ];
    },
  };
  if (grouped) {
    source.groups = async () => [
      { key: 'today', label: 'Today', count: 3, sums: sumByCurrency([0, 1, 2].map(row)), tone: 'warn' },
      { key: 'later', label: 'Next 7 days', count: size - 3, sums: sumByCurrency([3, 4, 5, 6].map(row)) },
    ];
  }
  return source;
}
