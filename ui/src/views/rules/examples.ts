import type { RuleExample } from '$lib/backend/types/RuleExample';
import type { RulePreview } from '$lib/backend/types/RulePreview';
import type { StatementRow } from '$lib/backend/types/StatementRow';

const failing = (example: RuleExample): number => example.marks.filter((mark) => !mark.holds).length;

export interface Examples {
  /** Matched only with the change. */
  gained: RuleExample[];
  /** One criterion short, then those that miss more. */
  near: RuleExample[];
  /** How many of `near` miss exactly one criterion. */
  byOne: number;
  /** Matched before and after. */
  kept: RuleExample[];
}

/** What the change does comes before what stays as it is. */
export function examplesOf(preview: RulePreview): Examples {
  const byOne = preview.misses.filter((miss) => failing(miss) === 1);
  return {
    gained: preview.matches.filter((match) => match.gained),
    near: [...byOne, ...preview.misses.filter((miss) => failing(miss) !== 1)],
    byOne: byOne.length,
    kept: preview.matches.filter((match) => !match.gained),
  };
}

const newer = (a: StatementRow, b: StatementRow): number =>
  b.period_to.localeCompare(a.period_to) || b.lines - a.lines;

/**
 * The statement a rule is tried on first: the one that was asked for, else the newest that is open, else the newest of
 * the account with the most lines. A statement of one line shows nothing of a rule.
 */
export function firstStatement(
  statements: readonly StatementRow[],
  wanted: string | undefined,
): StatementRow | null {
  const asked = statements.find((one) => one.id === wanted);
  if (asked) return asked;
  const open = statements.filter((one) => one.state !== 'signed').sort(newer)[0];
  if (open) return open;
  const newest = new Map<string, StatementRow>();
  for (const one of [...statements].sort(newer))
    if (!newest.has(one.balance_id)) newest.set(one.balance_id, one);
  return [...newest.values()].sort((a, b) => b.lines - a.lines)[0] ?? null;
}
