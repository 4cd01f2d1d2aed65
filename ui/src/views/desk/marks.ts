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
