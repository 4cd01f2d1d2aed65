import { describe, expect, it } from 'vitest';
import type { RuleExample } from '$lib/backend/types/RuleExample';
import type { RulePreview } from '$lib/backend/types/RulePreview';
import type { StatementRow } from '$lib/backend/types/StatementRow';
import { examplesOf, firstStatement } from './examples';

const example = (line_id: string, holds: boolean[], gained = false): RuleExample =>
  ({ line_id, gained, marks: holds.map((one) => ({ holds: one, text: '', allow: null })) }) as RuleExample;
const ids = (list: RuleExample[]) => list.map((one) => one.line_id);

describe('examples of a rule', () => {
  it('show what changes first, and near misses by one criterion before the others', () => {
    const shown = examplesOf({
      matches: [example('kept', [true, true]), example('new', [true, true], true)],
      misses: [example('two', [false, false]), example('one', [true, false])],
    } as RulePreview);
    expect(ids(shown.gained)).toEqual(['new']);
    expect(ids(shown.near)).toEqual(['one', 'two']);
    expect(shown.byOne).toBe(1);
    expect(ids(shown.kept)).toEqual(['kept']);
  });
});

describe('the statement a rule is tried on first', () => {
  const row = (
    id: string,
    balance_id: string,
    period_to: string,
    lines: number,
    state: StatementRow['state'] = 'signed',
  ) => ({ id, balance_id, period_to, lines, state }) as StatementRow;
  const signed = [
    row('aug', 'a', '2026-08-31', 68),
    row('sep', 'a', '2026-09-30', 109),
    row('reserve', 'b', '2026-10-31', 1),
  ];

  it('is the newest of the account with the most lines when all are signed', () => {
    expect(firstStatement(signed, undefined)?.id).toBe('sep');
  });

  it('is the newest open one, or the one that was asked for', () => {
    const open = [
      row('old', 'c', '2026-07-31', 5, 'in_review'),
      ...signed,
      row('oct', 'a', '2026-10-31', 120, 'in_review'),
    ];
    expect(firstStatement(open, undefined)?.id).toBe('oct');
    expect(firstStatement(open, 'aug')?.id).toBe('aug');
    expect(firstStatement([], undefined)).toBeNull();
  });
});
