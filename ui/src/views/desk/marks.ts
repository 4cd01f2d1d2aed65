import type { Reason } from '$lib/backend/types/Reason';

/** The stretches of one field that reasons speak of. */
export function spansOf(
  reasons: readonly Reason[],
  side: 'line' | 'entry',
  field: string,
): { start: number; end: number }[] {
  return reasons.flatMap((reason) => {
    const mark = reason.mark;
    return mark && mark.side === side && mark.field === field ? [{ start: mark.start, end: mark.end }] : [];
  });
}

/** Points with a sign; U+2212 is as wide as a digit. */
export const points = (weight: number): string =>
  weight > 0 ? `+${weight}` : weight < 0 ? `\u2212${-weight}` : '0';
