import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackendError, backend } from '$lib/backend';
import type { AttachmentRow } from '$lib/backend/types/AttachmentRow';
import { toasts } from '$lib/parts';
import { attachAll, inOrder, kindWord } from './attachments';

beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));
afterAll(() => void vi.unstubAllGlobals());

const row = (name: string, detached: string | null = null): AttachmentRow => ({
  id: `att_${name}`,
  transaction_id: 'txn_1',
  name,
  media_type: 'application/pdf',
  size: 29,
  sha256: '0'.repeat(64),
  attached_at: '2026-11-19T10:24:00Z',
  attached_by: 'Ada',
  detached: detached === null ? null : { at: detached, by: 'Ada', reason: 'Wrong one' },
});

describe('kinds of files', () => {
  it('are said as people say them, and nothing is made of what nobody knows', () => {
    expect(kindWord('application/pdf')).toBe('PDF');
    expect(kindWord('image/png')).toBe('PNG');
    expect(kindWord('image/jpeg')).toBe('JPEG');
    expect(kindWord('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')).toBe('Excel');
    expect(kindWord('application/vnd.oasis.opendocument.text')).toBe('File');
    expect(kindWord('')).toBe('File');
  });
});

describe('attachments', () => {
  it('come before those that were taken off, the last of which is first', () => {
    const rows = [row('a', '2026-11-01T00:00:00Z'), row('b'), row('c', '2026-11-02T00:00:00Z'), row('d')];
    const { here, gone } = inOrder(rows);
    expect(here.map(({ name }) => name)).toEqual(['b', 'd']);
    expect(gone.map(({ name }) => name)).toEqual(['c', 'a']);
  });
});

describe('attaching', () => {
  let show: ReturnType<typeof vi.spyOn>;
  let fail: ReturnType<typeof vi.spyOn>;
  beforeEach(() => {
    show = vi.spyOn(toasts, 'show').mockReturnValue(1);
    fail = vi.spyOn(toasts, 'fail').mockReturnValue(2);
  });
  afterEach(() => vi.restoreAllMocks());

  it('goes on after a file that is refused, and says what became of each', async () => {
    const asked: string[] = [];
    vi.spyOn(backend, 'call').mockImplementation((async (_: string, { path }: { path: string }) => {
      asked.push(path);
      if (path === '/b') throw new BackendError({ code: 'ATTACHED', message: 'Attached already.' });
      return row(path);
    }) as never);
    const refused = await attachAll('txn_1', 'INV-7', ['/a', '/b', '/c']);
    expect(asked).toEqual(['/a', '/b', '/c']);
    expect(refused.map(({ code }) => code)).toEqual(['ATTACHED']);
    expect(show).toHaveBeenCalledExactlyOnceWith({
      text: '2 files were attached to INV-7',
      tone: 'pos',
    });
    expect(fail).toHaveBeenCalledTimes(1);
  });

  it('names the one file', async () => {
    vi.spyOn(backend, 'call').mockResolvedValue(row('Invoice.pdf') as never);
    expect(await attachAll('txn_1', 'INV-7', ['/a'])).toEqual([]);
    expect(show).toHaveBeenCalledExactlyOnceWith({
      text: 'Invoice.pdf was attached to INV-7',
      tone: 'pos',
    });
    expect(fail).not.toHaveBeenCalled();
  });
});
