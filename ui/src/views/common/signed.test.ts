import { describe, expect, it, vi } from 'vitest';
import { BackendError } from '$lib/backend';
import { lastDay, orWithReason } from './signed';

const refusal = new BackendError({
  code: 'SIGNED_PERIOD',
  message: 'Main is signed off through 2026-09-30.',
});

describe('a posting into a signed period', () => {
  it('is asked about only when it was refused for that', async () => {
    const ask = vi.fn(async () => 'why');
    expect(await orWithReason(ask, async (reason) => reason)).toBeNull();
    const other = new BackendError({ code: 'DOES_NOT_TIE', message: 'No.' });
    await expect(orWithReason(ask, () => Promise.reject(other))).rejects.toBe(other);
    expect(ask).not.toHaveBeenCalled();
  });

  it('is tried again with the reason, once', async () => {
    const work = vi.fn(async (reason: string | null) => {
      if (reason === null) throw refusal;
      return reason;
    });
    expect(await orWithReason(async () => 'The auditor asked', work)).toBe('The auditor asked');
    expect(work.mock.calls).toEqual([[null], ['The auditor asked']]);
  });

  it('stays refused when nobody gives a reason', async () => {
    const work = vi.fn(() => Promise.reject(refusal));
    await expect(orWithReason(async () => null, work)).rejects.toBe(refusal);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('locks through the later of both ends', () => {
    expect(lastDay(['2026-09-30', undefined, '2026-10-31', null])).toBe('2026-10-31');
    expect(lastDay([null, undefined])).toBeNull();
  });
});
