import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DeskHeader } from '$lib/backend/types/DeskHeader';
import type { ReportEntry } from '$lib/backend/types/ReportEntry';
import type { ReportPosting } from '$lib/backend/types/ReportPosting';
import type { SignoffCheck } from '$lib/backend/types/SignoffCheck';
import { checklist } from './checklist';

const header = (ambiguous: number): DeskHeader =>
  ({
    left_to_clear: '0',
    ledger_cleared: '28565542',
    opening: '31094602',
    tiers: ambiguous ? [{ tier: 'ambiguous', lines: ambiguous }] : [],
  }) as unknown as DeskHeader;

const check = (outstanding: number): SignoffCheck => ({
  ready: true,
  items: [
    { key: 'left_to_clear', ok: true, required: true, text: 'All 121 lines are confirmed.' },
    { key: 'ledger_agrees', ok: true, required: true, text: 'The ledger clears to the same amount.' },
    { key: 'opening_continues', ok: true, required: true, text: 'Opening continues September 2026.' },
    { key: 'outstanding', ok: true, required: false, text: '8 unmatched entries will be left outstanding.' },
  ],
  becoming_outstanding: Array.from({ length: outstanding }, () => ({}) as ReportEntry),
  becoming_outstanding_total: '571057',
  version: 1,
  opening_missing: null,
  opening_early: null,
  opening_like: null,
});

describe('the checklist of a signature', () => {
  beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));
  afterAll(() => void vi.unstubAllGlobals());

  it('stands beside the figures it is about', () => {
    const rows = checklist(check(8), header(0), []);
    expect(rows.map((row) => [row.key, row.figure ?? null])).toEqual([
      ['left_to_clear', '0'],
      ['ledger_agrees', '28565542'],
      ['opening_continues', '31094602'],
      ['ambiguous', null],
      ['outstanding', null],
      ['differences', null],
    ]);
    expect(rows.filter((row) => row.proven).map((row) => row.key)).toEqual(['left_to_clear']);
  });

  it('says once how many entries are carried on', () => {
    const text = (count: number) =>
      checklist(check(count), header(0), null).find((row) => row.key === 'outstanding')?.text;
    expect(text(8)).toBe('8 entries become outstanding, listed below.');
    expect(text(1)).toBe('1 entry becomes outstanding, listed below.');
    expect(text(0)).toBe('8 unmatched entries will be left outstanding.');
  });

  it('says that what was posted could not be read', () => {
    const text = (problem?: string) => checklist(check(0), header(0), null, problem).at(-1)?.text;
    expect(text()).toBe('What was posted for this statement is being read.');
    expect(text('The book is busy.')).toBe(
      'What was posted for this statement could not be read. The book is busy.',
    );
  });

  it('names ambiguous lines and what was posted', () => {
    const rows = checklist(check(0), header(2), [
      { amount: '-600' },
      { amount: '3700' },
    ] as unknown as ReportPosting[]);
    expect(rows.find((row) => row.key === 'ambiguous')).toMatchObject({ ok: false, required: true });
    expect(rows.find((row) => row.key === 'differences')).toMatchObject({
      figure: '3100',
      before: 'net',
      required: false,
    });
  });

  it('calls one amount no net', () => {
    const row = checklist(check(0), header(0), [{ amount: '-600' }] as unknown as ReportPosting[]).at(-1);
    expect(row).toMatchObject({ figure: '-600' });
    expect(row?.before).toBeUndefined();
  });
});
