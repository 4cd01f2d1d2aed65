import type { Effect } from '$lib/backend/types/Effect';
import type { FamilyRow } from '$lib/backend/types/FamilyRow';
import { addMinor, subMinor } from '$lib/money';

/**
 * What committing a part does to both balances, from their figures of now. `letGo` voids the rest with it. What stays
 * held stays in what is held, so only the rest that is let go changes what is available.
 */
export function partEffects(
  effects: readonly Effect[],
  hold: Pick<FamilyRow, 'source_id' | 'destination_id' | 'remaining' | 'amount'>,
  part: string,
  letGo: boolean,
): Effect[] {
  const freed = letGo ? (hold.remaining ?? hold.amount) : part;
  return effects.flatMap((effect) => {
    const { before } = effect;
    const from = effect.balance_id === hold.source_id;
    if (!from && effect.balance_id !== hold.destination_id) return [];
    const balance = from ? subMinor(before.balance, part) : addMinor(before.balance, part);
    const held_out = from ? subMinor(before.held_out, freed) : before.held_out;
    const held_in = from ? before.held_in : subMinor(before.held_in, freed);
    return [
      { ...effect, after: { ...before, balance, held_out, held_in, available: subMinor(balance, held_out) } },
    ];
  });
}
