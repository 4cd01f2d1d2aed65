import type { DialectChip } from '$lib/backend/types/DialectChip';
import type { ImportOptions } from '$lib/backend/types/ImportOptions';
import type { ImportProof } from '$lib/backend/types/ImportProof';
import { amount } from '../reconcile/words';

export interface Verdict {
  tone: 'pos' | 'warn' | 'neg';
  words: string;
  /** It ties and goes on where the statement before ended: only then is the closing ruled off. */
  proven: boolean;
}

/** How far the opening is from the closing of the statement before; null when it continues it or there is none. */
export const openingApart = (proof: ImportProof): string | null => proof.previous_apart;

/** A file that ties in itself proves nothing about the account while its opening comes from nowhere. */
export function verdictOf(proof: ImportProof): Verdict {
  if (proof.verdict === 'does_not_tie') return { tone: 'neg', words: 'Does not tie', proven: false };
  if (proof.verdict !== 'ties') return { tone: 'warn', words: 'Cannot be proved', proven: false };
  const apart = openingApart(proof);
  if (apart === null) return { tone: 'pos', words: 'Ties', proven: true };
  return { tone: 'warn', words: `Ties, opening differs by ${amount(apart, proof.exponent)}`, proven: false };
}

/** A value that the person set in this import. What else is chosen comes from the mapping the file is known by. */
export const setHere = (chip: DialectChip, options: ImportOptions): boolean =>
  chip.chosen && (options as Record<string, unknown>)[chip.key] != null;

/** The value itself says as much. */
const SAID_BY_FORMAT = /^The content is (text|a workbook)\.\s*/;
const BY_PERSON = 'Chosen by you.';
const BY_MAPPING = /^(Chosen by you|From the mapping)\.$/;

/** Why a value was taken. The engine does not tell the choice of a person from that of a saved mapping. */
export function evidenceOf(chip: DialectChip, options: ImportOptions, profile: string | null): string {
  if (setHere(chip, options)) return chip.evidence || BY_PERSON;
  if (profile !== null && BY_MAPPING.test(chip.evidence)) return 'From the saved mapping.';
  return chip.evidence.replace(SAID_BY_FORMAT, '');
}

/** “Text” beside the format of a text file would name it a second time. */
export const labelOf = (chip: DialectChip): string => (chip.key === 'encoding' ? 'Encoding' : chip.label);
