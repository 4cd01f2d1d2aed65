import type { BalanceLineage } from '$lib/backend/types/BalanceLineage';
import { isNegative, isZero } from '$lib/money';
import type { ComboOption } from '$lib/parts';
import { money } from '../common/words';
import { strategyWord } from '../ledgers/lineage';

/** Where a posting says its origin; the second is read as well, and what is written is the first. */
const KEY = 'lineage_provider';
const OTHER_KEY = 'BLNK_LINEAGE_PROVIDER';
/** Characters of an origin. */
export const LONGEST = 200;
export const tooLong = (origin: string): boolean => [...origin.trim()].length > LONGEST;

/** The lineage of both sides of a posting, where they keep one. */
export interface Kept {
  source: BalanceLineage | null;
  destination: BalanceLineage | null;
}

interface Noted {
  origin: string;
  metadata: Record<string, unknown> | null;
}

/** Origin and everything else that is noted with a posting, apart. */
export function originOf(metadata: unknown): Noted {
  if (typeof metadata !== 'object' || metadata === null) return { origin: '', metadata: null };
  const { [KEY]: own, [OTHER_KEY]: other, ...rest } = metadata as Record<string, unknown>;
  const given = own ?? other;
  // What is no text is no origin: it stays as it is, and the engine says so.
  if (given !== undefined && typeof given !== 'string') return { origin: '', metadata: { ...metadata } };
  return { origin: given ?? '', metadata: Object.keys(rest).length ? rest : null };
}

/** What is sent: whatever else was noted, and the origin. */
export function metadataOf({ origin, metadata }: Noted): Record<string, unknown> | null {
  const named = origin.trim();
  return named ? { ...metadata, [KEY]: named } : metadata;
}

/** Whose origins are offered: money that leaves a balance is of one of its own. */
const offering = ({ source, destination }: Kept): BalanceLineage | null => source ?? destination;

/** Known origins that have the typed text in their name, those with money first. */
export function originOptions(kept: Kept, text: string): ComboOption[] {
  const lineage = offering(kept);
  if (!lineage) return [];
  const { currency, exponent, sources } = lineage;
  const typed = text.trim().toLowerCase();
  const empty = (available: string): boolean => isZero(available) || isNegative(available);
  const found = sources.filter(({ origin }) => origin.toLowerCase().includes(typed));
  const left = found.filter(({ available }) => !empty(available));
  const spent = found.filter(({ available }) => empty(available));
  return [...left, ...spent].map(({ origin, available }) => ({
    value: origin,
    label: origin,
    right: `${money(available, exponent, currency)} available`,
  }));
}

/** What naming this origin does, or leaving it out. */
export function originHint({ source, destination }: Kept, origin: string): string {
  const named = origin.trim();
  if (source) {
    const way = strategyWord(source.strategy ?? '').toLowerCase();
    if (!named) return `Left empty, ${source.balance_name} spends its origins by itself: ${way}.`;
    const known = source.sources.find((one) => one.origin === named);
    return known && !isZero(known.available) && !isNegative(known.available)
      ? `It is spent first. ${money(known.available, source.exponent, source.currency)} of it is available.`
      : `Nothing of it is available in ${source.balance_name}, which spends its other origins: ${way}.`;
  }
  if (!destination) return 'Neither balance keeps lineage: it is noted with the transaction only.';
  return named
    ? `${destination.balance_name} notes that the money came from it.`
    : 'Left empty, the money has no known origin.';
}
