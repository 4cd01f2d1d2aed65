import type { BalanceLineage } from '$lib/backend/types/BalanceLineage';
import type { LineageMove } from '$lib/backend/types/LineageMove';
import { cmpMinor, sumMinor } from '$lib/money';
import { count, money } from '../common/words';

export type Strategy = 'fifo' | 'lifo' | 'proportional';

/** What a balance spends first, each with what that means. */
export const STRATEGIES: { value: Strategy | 'off'; label: string; means: string }[] = [
  { value: 'fifo', label: 'First in, first out', means: 'The origin that came first is spent first.' },
  { value: 'lifo', label: 'Last in, first out', means: 'The origin that came last is spent first.' },
  { value: 'proportional', label: 'In proportion', means: 'Every origin gives its share of each payment.' },
  { value: 'off', label: 'Off', means: 'Where the money comes from is not noted.' },
];

export const strategyWord = (strategy: string): string =>
  STRATEGIES.find(({ value }) => value === strategy)?.label ?? strategy;

/** What switching off does to the money that is there. */
export function endWords(lineage: BalanceLineage): string {
  const known = lineage.sources.filter(({ available }) => cmpMinor(available, '0') > 0).length;
  const stays = 'What was noted until now stays in the list of moves and in the history.';
  if (!known) return `No money with a known origin is here. ${stays}`;
  const sum = money(lineage.available, lineage.exponent, lineage.currency);
  return `${sum} from ${count(known, 'origin')} becomes money without a known origin. ${stays}`;
}

/** A line of the table of origins: all of them, one, or the money that has none. */
export interface OriginRow {
  kind: 'all' | 'one' | 'unknown';
  label: string;
  /** Null where it is not one origin. */
  origin: string | null;
  /** Absent where nothing is told: money without an origin leaves no moves. */
  figures: { received: string; spent: string; held_in: string; held_out: string } | null;
  available: string;
  /** Part of what is available, in thousandths. Null of all together. */
  share: number | null;
}

export const rowKey = ({ kind, origin }: Pick<OriginRow, 'kind' | 'origin'>): string =>
  kind === 'one' ? `from ${origin}` : kind;

const above = (minor: string): bigint => (cmpMinor(minor, '0') > 0 ? BigInt(minor) : 0n);

/** Thousandths of all of them, for bars and percentages: the largest remainders get what is left, so that they add up. */
export function parts(minors: readonly string[]): number[] {
  const amounts = minors.map(above);
  const whole = amounts.reduce((sum, one) => sum + one, 0n);
  if (whole === 0n) return amounts.map(() => 0);
  const shares = amounts.map((one) => Number((one * 1000n) / whole));
  const left = 1000 - shares.reduce((sum, one) => sum + one, 0);
  const remainder = (at: number): bigint => ((amounts[at] ?? 0n) * 1000n) % whole;
  const order = amounts
    .map((_, at) => at)
    .toSorted((a, b) => (remainder(a) < remainder(b) ? 1 : remainder(a) > remainder(b) ? -1 : a - b));
  for (const at of order.slice(0, left)) shares[at] = (shares[at] ?? 0) + 1;
  return shares;
}

export function originRows({ sources, available, unknown }: BalanceLineage): OriginRow[] {
  const shares = parts([...sources.map((one) => one.available), unknown]);
  const sum = (of: 'received' | 'spent' | 'held_in' | 'held_out') => sumMinor(sources.map((one) => one[of]));
  const all: OriginRow = {
    kind: 'all',
    label: 'All origins',
    origin: null,
    figures: {
      received: sum('received'),
      spent: sum('spent'),
      held_in: sum('held_in'),
      held_out: sum('held_out'),
    },
    available,
    share: null,
  };
  const each = sources.map(
    ({ origin, available: left, received, spent, held_in, held_out }, at): OriginRow => ({
      kind: 'one',
      label: origin,
      origin,
      figures: { received, spent, held_in, held_out },
      available: left,
      share: shares[at] ?? 0,
    }),
  );
  const none: OriginRow = {
    kind: 'unknown',
    label: 'Without a known origin',
    origin: null,
    figures: null,
    available: unknown,
    share: shares.at(-1) ?? 0,
  };
  return [all, ...each, none];
}

/** `12.5 %` of thousandths. */
export const percent = (thousandths: number): string =>
  `${(thousandths / 10).toFixed(thousandths % 10 ? 1 : 0)} %`;

const KINDS: Record<string, string> = {
  received: 'Received',
  spent: 'Spent',
  held_in: 'Held in',
  held_out: 'Held out',
  released_in: 'Held in, let go',
  released_out: 'Held out, let go',
  ended: 'Lineage ended',
};
export const moveWord = (kind: string): string => KINDS[kind] ?? kind;

/** One row does no more than one thing of a kind to an origin of a balance. */
export const moveKey = (move: Pick<LineageMove, 'transaction_id' | 'at' | 'origin' | 'kind'>): string =>
  [move.transaction_id ?? '', move.at, move.kind, move.origin].join(' ');
