import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { JobRow } from '$lib/backend/types/JobRow';
import { newestFirst, resultOf } from './session.svelte';

beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));
afterAll(() => void vi.unstubAllGlobals());

const job = (id: string, more: Partial<JobRow>): JobRow => ({
  id,
  kind: 'import',
  title: id,
  state: 'done',
  phase: 'done',
  done: 1,
  total: 1,
  result: null,
  error: null,
  started_at: '2026-10-07T17:40:00Z',
  finished_at: '2026-10-07T17:40:00Z',
  ...more,
});

describe('jobs on record', () => {
  it('stand newest first, a matching before the import of the same moment', () => {
    const rows = [
      job('older', { started_at: '2026-09-07T17:40:00Z', finished_at: '2026-09-07T17:40:00Z' }),
      job('import', {}),
      job('match', { kind: 'reconcile' }),
      job('cut', { finished_at: null, started_at: '2026-10-08T09:00:00Z', state: 'interrupted' }),
    ];
    expect(newestFirst(rows).map(({ id }) => id)).toEqual(['cut', 'match', 'import', 'older']);
  });

  it('say what they found', () => {
    const found = { certain: 84, likely: 25, possible: 0, ambiguous: 0 };
    expect(resultOf(job('a', { kind: 'reconcile', result: found }))).toBe('84 certain, 25 likely');
    expect(resultOf(job('b', { result: { message: '109 lines imported' } }))).toBe('109 lines imported');
    expect(resultOf(job('c', { error: 'The file is gone.', result: found }))).toBe('The file is gone.');
    expect(resultOf(job('d', {}))).toBeNull();
  });
});
