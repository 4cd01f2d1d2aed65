import { describe, expect, it } from 'vitest';
import type { StatementRow } from '$lib/backend/types/StatementRow';
import { monthsOf } from './months';

const statement = (period_from: string, period_to: string, state = 'signed', lines = 0, confirmed = 0) =>
  ({ id: period_from, period_from, period_to, state, lines, confirmed }) as StatementRow;
const said = (statements: StatementRow[], last: string) =>
  monthsOf(statements, last).map(
    ({ state, percent }) => `${state}${state === 'review' ? ` ${percent}` : ''}`,
  );

describe('the months of a bank account', () => {
  it('tells signed, in review and missing months apart', () => {
    expect(
      said(
        [statement('2026-01-01', '2026-01-31'), statement('2026-02-01', '2026-02-28', 'in_review', 197, 196)],
        '2026-03-05',
      ),
    ).toEqual(['signed', 'review 99', 'missing']);
  });

  it('counts a month as signed only when each of its days is', () => {
    const halves = [statement('2026-01-01', '2026-01-15'), statement('2026-01-16', '2026-01-31')];
    expect(said(halves, '2026-01-31')).toEqual(['signed']);
    expect(said(halves.slice(0, 1), '2026-01-31')).toEqual(['part']);
    expect(said([statement('2025-12-01', '2026-02-28')], '2026-02-10')).toEqual(['signed', 'signed']);
  });

  it('misses nothing before the first statement', () => {
    expect(said([statement('2026-02-01', '2026-02-28')], '2026-03-05')).toEqual([
      'before',
      'signed',
      'missing',
    ]);
  });
});
