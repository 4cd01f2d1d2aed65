import type { ColumnNames } from '$lib/backend/types/ColumnNames';
import type { Effect } from '$lib/backend/types/Effect';
import type { FamilyState } from '$lib/backend/types/FamilyState';
import { type CurrencySum, formatMinor, isZero } from '$lib/money';
import { settings } from '$lib/settings';

export { number, plural as count } from '$lib/words';

/** `1,284,000 JPY`, with the sign setting of the reader. */
export const money = (minor: string, exponent: number, currency: string): string =>
  `${formatMinor(minor, exponent, { negatives: settings.negatives })} ${currency}`;

/** `16,543.10 EUR, 1,284,000 JPY`. Never one sum across currencies. */
export const sums = (list: readonly CurrencySum[]): string =>
  list.map((sum) => money(sum.minor, sum.exponent, sum.currency)).join(', ');

/** Of a refusal that is shown before anybody posted, or said once for many: that nothing was posted goes without saying. */
export const withoutPosted = (sentence: string): string => sentence.replace(' Nothing was posted.', '');

export type Glyph = 'applied' | 'held' | 'part' | 'committed' | 'voided' | 'expired';

const GLYPHS: Record<FamilyState, Glyph> = {
  applied: 'applied',
  held: 'held',
  part_committed: 'part',
  committed: 'committed',
  voided: 'voided',
  part_voided: 'voided',
  expired: 'expired',
};
export const glyph = (state: FamilyState): Glyph => GLYPHS[state];

export const STATES: Record<FamilyState, string> = {
  applied: 'Applied',
  held: 'Held',
  part_committed: 'Part committed',
  committed: 'Committed',
  voided: 'Voided',
  part_voided: 'Rest voided',
  expired: 'Expired',
};

/** The choices of column names of a register. Without the direction the two with debit and credit read alike. */
export const COLUMN_NAMES: { value: ColumnNames; label: string }[] = [
  { value: 'in_out', label: 'In, Out' },
  { value: 'debit_credit', label: 'Debit (in), Credit (out)' },
  { value: 'stored', label: 'Credit (in), Debit (out)' },
];

export const isOpen = (state: FamilyState): boolean => state === 'held' || state === 'part_committed';

/** Before and after per balance. Figures that are empty on both sides are left out, the balance itself never. */
export function effectGroups(effects: readonly Effect[]) {
  return effects.map((effect) => {
    const { before, after } = effect;
    const row = (label: string, from: string, to: string) => ({ label, before: from, after: to });
    const rows = [row('Balance', before.balance, after.balance)];
    const out = !isZero(before.held_out) || !isZero(after.held_out);
    if (out) rows.push(row('Held out', before.held_out, after.held_out));
    if (!isZero(before.held_in) || !isZero(after.held_in))
      rows.push(row('Held in', before.held_in, after.held_in));
    if (out) rows.push(row('Available', before.available, after.available));
    return { name: effect.name, currency: effect.currency, exponent: effect.exponent, rows };
  });
}
