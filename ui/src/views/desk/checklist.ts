import type { DeskHeader } from '$lib/backend/types/DeskHeader';
import type { ReportPosting } from '$lib/backend/types/ReportPosting';
import type { SignoffCheck } from '$lib/backend/types/SignoffCheck';
import type { SignoffItem } from '$lib/backend/types/SignoffItem';
import { absMinor, sumMinor } from '$lib/money';
import { plural } from '$lib/words';

export interface Item extends SignoffItem {
  /** The amount the row is about, minor units. */
  figure?: string;
  /** What the amount is, where the words of the row leave that open. */
  before?: string;
  proven?: boolean;
}

const item = (key: string, ok: boolean, required: boolean, text: string, figure?: string): Item => ({
  key,
  ok,
  required,
  text,
  ...(figure === undefined ? {} : { figure }),
});

/**
 * The checklist with the amount beside each row. What the engine asks for decides; ambiguous lines and what was posted
 * for matches are named besides, because whoever signs answers for them. `posted` is null while it is not known;
 * `problem` says why it could not be read.
 */
export function checklist(
  check: SignoffCheck,
  header: DeskHeader,
  posted: readonly ReportPosting[] | null,
  problem?: string,
): Item[] {
  const figures: Record<string, string> = {
    left_to_clear: header.left_to_clear,
    ledger_agrees: header.ledger_cleared,
    opening_continues: header.opening,
    closing_stated: header.closing,
  };
  const ambiguous = header.tiers.find((tier) => tier.tier === 'ambiguous')?.lines ?? 0;
  const rows: Item[] = [];
  const agrees = check.items.every((one) => one.key !== 'ledger_agrees' || one.ok);
  for (const one of check.items) {
    // The schedule below it says the same with its entries.
    const text =
      one.key === 'outstanding' && check.becoming_outstanding.length
        ? `${plural(check.becoming_outstanding.length, 'entry becomes', 'entries become')} outstanding, listed below.`
        : one.text;
    const apart = one.key === 'ledger_agrees' && !one.ok;
    const figure = apart ? absMinor(header.ledger_difference) : figures[one.key];
    rows.push({
      ...one,
      text,
      ...(figure === undefined ? {} : { figure }),
      ...(apart ? { before: 'apart' } : {}),
      // Proven is what both sides say.
      ...(one.key === 'left_to_clear' && one.ok && agrees ? { proven: true } : {}),
    });
    if (one.key === 'opening_continues')
      rows.push(
        item(
          'ambiguous',
          ambiguous === 0,
          true,
          ambiguous
            ? `${plural(ambiguous, 'line is', 'lines are')} ambiguous. Pick an entry for each.`
            : 'No line is ambiguous.',
        ),
      );
  }
  rows.push(differences(posted, problem));
  return rows;
}

/** The row is there from the start, so that nothing moves when it is known. */
function differences(posted: readonly ReportPosting[] | null, problem?: string): Item {
  if (!posted) {
    const words = problem ? `could not be read. ${problem}` : 'is being read.';
    return item('differences', true, false, `What was posted for this statement ${words}`);
  }
  if (!posted.length) return item('differences', true, false, 'No difference was posted.');
  const words = plural(posted.length, 'difference or entry was', 'differences and entries were');
  const sum = sumMinor(posted.map((row) => row.amount));
  const row = item('differences', true, false, `${words} posted for this statement.`, sum);
  // Some came in and some went out: the figure is what is left of both.
  return posted.length > 1 ? { ...row, before: 'net' } : row;
}
