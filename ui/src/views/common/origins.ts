import type { LineageMove } from '$lib/backend/types/LineageMove';
import { addMinor, cmpMinor, subMinor } from '$lib/money';

export type Moved = Pick<LineageMove, 'balance_id' | 'balance_name' | 'origin' | 'kind' | 'amount'>;

/** What a transaction did to the origins of one balance. */
export interface OriginGroup {
  id: string;
  name: string;
  lines: { origin: string; what: string; minor: string }[];
}

type Sums = Partial<Record<string, string>>;

/** A commit lets go of what was held and settles it: what is told is what it came to. */
function linesOf(origin: string, sums: Sums): OriginGroup['lines'] {
  const of = (kind: string): string => sums[kind] ?? '0';
  const sides = [
    { settled: 'spent', held: 'held_out', released: 'released_out', words: ['Spent', 'Held out'] },
    { settled: 'received', held: 'held_in', released: 'released_in', words: ['Received', 'Held in'] },
  ];
  const lines = sides.flatMap(({ settled, held, released, words: [done = '', waits = ''] }) => [
    { origin, what: done, minor: of(settled) },
    { origin, what: waits, minor: subMinor(of(held), of(released)) },
    { origin, what: 'Let go', minor: subMinor(of(released), of(settled)) },
  ]);
  return lines.filter(({ minor }) => cmpMinor(minor, '0') > 0);
}

/** The moves of a transaction by balance and origin, in the order in which they first came. */
export function originGroups(moves: readonly Moved[]): OriginGroup[] {
  const balances = new Map<string, { name: string; origins: Map<string, Sums> }>();
  for (const { balance_id: id, balance_name: name, origin, kind, amount } of moves) {
    const balance = balances.get(id) ?? { name, origins: new Map<string, Sums>() };
    const sums = balance.origins.get(origin) ?? {};
    sums[kind] = addMinor(sums[kind] ?? '0', amount);
    balance.origins.set(origin, sums);
    balances.set(id, balance);
  }
  return [...balances].map(([id, { name, origins }]) => ({
    id,
    name,
    lines: [...origins].flatMap(([origin, sums]) => linesOf(origin, sums)),
  }));
}
