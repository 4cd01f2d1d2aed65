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

/** Thousandths of `whole`, for a bar and a percentage. */
const part = (minor: string, whole: bigint): number =>
  whole === 0n ? 0 : Number((above(minor) * 1000n) / whole);

export function originRows({ sources, available, unknown }: BalanceLineage): OriginRow[] {
  const whole = sources.reduce((sum, one) => sum + above(one.available), above(unknown));
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
    ({ origin, available: left, received, spent, held_in, held_out }): OriginRow => ({
      kind: 'one',
      label: origin,
      origin,
      figures: { received, spent, held_in, held_out },
      available: left,
      share: part(left, whole),
    }),
  );
  const none: OriginRow = {
    kind: 'unknown',
    label: 'Without a known origin',
    origin: null,
    figures: null,
    available: unknown,
    share: part(unknown, whole),
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
