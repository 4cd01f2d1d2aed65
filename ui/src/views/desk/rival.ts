import type { DeskFocus } from '$lib/backend/types/DeskFocus';
import type { DeskLine } from '$lib/backend/types/DeskLine';
import { plural } from '../reconcile/words';

type Money = (minor: string) => string;

/** What else fits an ambiguous suggestion: another entry for its line, or another line for its entry. */
export const rivalKind = ({ alternatives }: Pick<DeskFocus, 'alternatives'>): 'entry' | 'line' =>
  alternatives.length ? 'entry' : 'line';

/** How the choice is made, by what there is to choose. */
export const pickWords = (focus: Pick<DeskFocus, 'alternatives' | 'line'>): string =>
  rivalKind(focus) === 'entry'
    ? 'Pick one with Space.'
    : `Pick it with Space if it belongs to line ${focus.line.position}.`;

/**
 * What fits about as well as an ambiguous suggestion, by name: another entry for this line, or another line for this
 * entry. `lines` are those in memory; where none of them is it, only that there is one can be said. Null also where
 * it does not matter which goes with which: there is nothing to decide.
 */
export function rivalOf(focus: DeskFocus, lines: readonly DeskLine[], money: Money): string | null {
  const { line, suggestion, alternatives } = focus;
  if (suggestion?.tier !== 'ambiguous' || !focus.choose) return null;
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
  const fits = other ? `line ${line.position} and line ${other.position}` : 'another line';
  return `${reference} fits ${fits} equally. Decide which line it belongs to.`;
}

/** Whether what was found for a line names the entry, and not only one whose reference begins alike. */
function namesEntry(found: string, reference: string): boolean {
  const at = found.indexOf(reference);
  if (at < 0) return false;
  const next = found.charAt(at + reference.length);
  return next === '' || !/[\p{L}\p{N}-]/u.test(next);
}
