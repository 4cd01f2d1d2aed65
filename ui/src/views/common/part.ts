import type { Effect } from '$lib/backend/types/Effect';
import type { FamilyRow } from '$lib/backend/types/FamilyRow';
import { addMinor, cmpMinor, formatMinor, subMinor } from '$lib/money';
import { money } from './words';

/** What is wrong with an amount as a part of a hold. Of one that cannot be read its field says so itself. */
export function partProblem(
  minor: string | null,
  typed: string,
  hold: Pick<FamilyRow, 'remaining' | 'amount' | 'exponent' | 'currency'>,
  submitted: boolean,
): string | undefined {
  if (minor === null) return submitted && !typed.trim() ? 'Enter the amount to approve' : undefined;
  const held = hold.remaining ?? hold.amount;
  const over = cmpMinor(minor, held);
  if (over > 0)
    return `Only ${money(held, hold.exponent, hold.currency)} is still held. You entered ${formatMinor(minor, hold.exponent)}.`;
  return over === 0 ? 'This is all that is held. Approve it in full instead.' : undefined;
}

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
