import type { DeskFocus } from '$lib/backend/types/DeskFocus';
import type { DeskLine } from '$lib/backend/types/DeskLine';
import { plural } from '../reconcile/words';

type Money = (minor: string) => string;

/**
 * What fits about as well as an ambiguous suggestion, by name: another entry for this line, or another line for this
 * entry. `lines` are those in memory; where none of them is it, only that there is one can be said.
 */
export function rivalOf(focus: DeskFocus, lines: readonly DeskLine[], money: Money): string | null {
  const { line, suggestion, alternatives } = focus;
  if (suggestion?.tier !== 'ambiguous') return null;
  const [first, ...rest] = alternatives;
  if (first) {
    const [entry, ...more] = first.entries;
    if (!entry) return null;
    const named = more.length
      ? `${entry.reference} with ${more.map((one) => one.reference).join(' and ')}`
      : entry.reference;
    const also = rest.length ? `, and ${plural(rest.length, 'other', 'others')} below` : '';
    const taken = first.taken_by ? ` It is proposed for line ${first.taken_by}.` : '';
    return `${named} of ${entry.date}, ${money(first.total)}, fits about as well${also}.${taken}`;
  }
  const reference = suggestion.entries[0]?.reference;
  if (!reference) return null;
  const other = lines.find(
    (one) =>
      one.id !== line.id && !one.match_id && one.amount === line.amount && namesEntry(one.found, reference),
  );
  return other
    ? `Line ${other.position} of ${other.date}, ${money(other.amount)}, fits ${reference} about as well.`
    : `Another line fits ${reference} about as well.`;
}

/** Whether what was found for a line names the entry, and not only one whose reference begins alike. */
function namesEntry(found: string, reference: string): boolean {
  const at = found.indexOf(reference);
  if (at < 0) return false;
  const next = found.charAt(at + reference.length);
  return next === '' || !/[\p{L}\p{N}-]/u.test(next);
}
