import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BackendError, memoryBackend, setBackend } from '$lib/backend';
import type { BulkOutcome } from '$lib/backend/types/BulkOutcome';
import type { BulkRequest } from '$lib/backend/types/BulkRequest';
import type { BulkRow } from '$lib/backend/types/BulkRow';
import type { PostingsFileRow } from '$lib/backend/types/PostingsFileRow';
import type { PostRequest } from '$lib/backend/types/PostRequest';
import { Batch } from './batch.svelte';
import {
  badCell,
  countsOf,
  obstacleOf,
  postWords,
  refusalsOf,
  refusedText,
  shownRows,
  sumsOf,
  told,
  unnamed,
} from './rows';

const row = (line: number, reference: string, problem: string | null = null): PostingsFileRow => ({
  line,
  from: 'Merrion Operating',
  to: 'Rent',
  amount: '10.00',
  currency: 'EUR',
  reference,
  description: '',
  date: '2026-11-19',
  hold: false,
  request: problem ? null : ({ reference, amount: '1000', currency: 'EUR' } as PostRequest),
  exponent: 2,
  problem,
});

const said = (position: number, of: Partial<BulkRow> = {}): BulkRow => ({
  position,
  reference: '',
  id: null,
  existing: false,
  code: null,
  message: null,
  detail: null,
  fields: [],
  ...of,
});
const outcome = (...rows: BulkRow[]): BulkOutcome => ({
  posted: rows.filter((one) => !one.existing && !one.message).length,
  existing: rows.filter((one) => one.existing).length,
  failed: rows.filter((one) => one.message).length,
  rows,
  effects: [],
});

const FILE = {
  name: 'postings.csv',
  rows: [row(2, 'A'), row(3, 'B', 'Line 3, amount: “ten” is not a number.'), row(4, 'C'), row(5, '')],
};
const LOOKED = outcome(
  said(1),
  said(2, { existing: true, id: 'x' }),
  said(3, {
    message: 'Rent is kept in GBP. Nothing was posted.',
    code: 'CURRENCY',
    fields: [{ field: 'destination', message: 'Rent is kept in GBP.' }],
  }),
);

let sent: BulkRequest[] = [];
let post: (request: BulkRequest) => BulkOutcome;
let changes = 0;

beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));
afterAll(() => void vi.unstubAllGlobals());

async function opened(rows = FILE.rows, looked = LOOKED): Promise<Batch> {
  sent = [];
  changes = 0;
  setBackend(
    memoryBackend({
      handlers: {
        postings_read: ({ path }) => {
          if (path === 'broken.csv')
            throw new BackendError({ code: 'FILE', message: 'broken.csv: the head has no amount.' });
          return { ...FILE, rows };
        },
        bulk_preview: ({ request }) => {
          sent.push(request);
          changes += 1;
          return looked;
        },
        bulk_post: ({ request }) => {
          sent.push(request);
          return post(request);
        },
      },
    }),
  );
  const batch = new Batch();
  await batch.open('postings.csv');
  return batch;
}

describe('a file of postings', () => {
  it('is read and looked at, and each row says what becomes of it', async () => {
    const batch = await opened();
    expect(sent[0]?.items.map(({ reference }) => reference)).toEqual(['A', 'C', '']);
    expect(batch.rows.map(({ fate }) => fate)).toEqual(['back', 'unread', 'exists', 'refused']);
    expect(batch.rows[3]?.why).toBe('to: Rent is kept in GBP.');
    expect(batch.rows[1]?.why).toContain('not a number');
    expect(told(batch.counts)).toBe(
      '1 waits for the others, 1 is there already, 1 is refused, 1 cannot be read',
    );
    expect(unnamed(batch.rows)).toBe(1);
  });

  it('is not posted whole while a row of it is wrong', async () => {
    const batch = await opened();
    expect(batch.obstacle).toContain('2 rows cannot be posted, so none is');
    expect(await batch.post()).toBe(false);
    expect(sent).toHaveLength(1);
    batch.mode = 'each';
    expect(batch.obstacle).toBeNull();
    post = () =>
      outcome(said(1, { id: '1' }), said(2, { existing: true, id: 'x' }), said(3, { message: 'No.' }));
    expect(await batch.post()).toBe(true);
    expect(sent[1]).toMatchObject({ atomic: false });
    expect(batch.rows.map(({ fate }) => fate)).toEqual(['posted', 'unread', 'exists', 'refused']);
    expect(batch.obstacle).toBe('This file was posted');
    await batch.check();
    expect(changes).toBe(1);
  });

  it('that was refused whole names each refusal and can be tried again', async () => {
    const rows = [row(2, 'A'), row(3, 'C (2)')];
    const batch = await opened(rows, outcome(said(1), said(2)));
    expect(batch.obstacle).toBeNull();
    post = () => {
      const fields = { 'items.1': '2 (C (2)): Merrion Operating has 5.00 EUR available.' };
      throw new BackendError({ code: 'BATCH_REFUSED', message: '1 of 2 postings are refused.', fields });
    };
    expect(await batch.post()).toBe(false);
    expect(batch.rows.map(({ fate, why }) => [fate, why])).toEqual([
      ['back', 'Waits: row 3 is refused'],
      ['refused', 'Merrion Operating has 5.00 EUR available.'],
    ]);
    expect(batch.problem?.message).toBe('1 of 2 postings are refused.');
    expect(batch.obstacle).toContain('1 row cannot be posted');
    await batch.check();
    expect(batch.counts).toMatchObject({ posts: 2, refused: 0 });
  });

  it('that cannot be read says why, and the one before stays', async () => {
    const batch = await opened();
    await batch.open('broken.csv');
    expect(batch.problem?.message).toContain('the head has no amount');
    expect(batch.file?.name).toBe('postings.csv');
    batch.reset();
    expect(batch).toMatchObject({ file: null, problem: null, busy: null, obstacle: 'Choose a file first' });
  });

  it('of which nothing can be read asks nothing', async () => {
    const batch = await opened([row(2, 'A', 'No.')]);
    expect(sent).toHaveLength(0);
    expect(batch).toMatchObject({ busy: null });
    batch.mode = 'each';
    expect(batch.obstacle).toBe('No row of this file can be posted');
  });
});

describe('the rows of a file', () => {
  it('that are right wait for those that are wrong, unless each is posted by itself', async () => {
    const batch = await opened();
    expect(batch.rows[0]).toMatchObject({
      fate: 'back',
      why: 'Waits: row 3 cannot be read, and 1 other',
    });
    expect(postWords(batch.rows)).toBe('Post');
    batch.mode = 'each';
    expect(batch.rows[0]).toMatchObject({ fate: 'posts', why: null });
    expect(told(batch.counts)).toBe('1 is ready, 1 is there already, 1 is refused, 1 cannot be read');
    expect(postWords(batch.rows)).toBe('Post 1 posting, 10.00 EUR');
  });

  it('that are posted are counted and summed by currency on the button', async () => {
    const { rows } = await opened([row(2, 'A')], outcome(said(1)));
    const [one] = rows;
    const of = (currency: string) => ({ ...one!, currency });
    const words = (...currencies: string[]) => postWords(currencies.map(of));
    expect(words('EUR', 'EUR', 'GBP')).toBe('Post 3 postings, 20.00 EUR and 10.00 GBP');
    expect(words('EUR', 'GBP', 'USD', 'CHF', 'SEK')).toMatch(/^Post 5 postings, .* and 2 more currencies$/);
  });

  it('mark the cell that could not be read', async () => {
    const { rows } = await opened();
    const bad = (why: string, of: object = {}) => badCell({ ...rows[1]!, why, ...of });
    expect(bad('amount: “ten” is not an amount.')).toBe('amount');
    expect(bad('to: Rent is kept in GBP.')).toBe('to');
    expect(bad('There is no balance called “Rent”.')).toBe('to');
    expect(bad('row: the row has more cells than the head.')).toBeNull();
    expect(bad('amount: “ten” is not an amount.', { fate: 'posts' })).toBeNull();
  });

  it('are filtered by what becomes of them, searched and sorted', async () => {
    const { rows } = await opened();
    const lines = (of: object) =>
      shownRows(rows, { text: '', filters: [], sort: [], ...of }).map(({ line }) => line);
    const chip = { field: 'fate', test: 'is' as const, value: 'refused|unread', label: '', text: '' };
    expect(lines({ filters: [chip] })).toEqual([3, 5]);
    expect(lines({ filters: [{ ...chip, test: 'not' }] })).toEqual([2, 4]);
    expect(lines({ text: 'gbp' })).toEqual([5]);
    expect(lines({ sort: [{ column: 'line', desc: true }] })).toEqual([5, 4, 3, 2]);
    expect(lines({ sort: [{ column: 'reference', desc: false }] })).toEqual([5, 2, 3, 4]);
  });

  it('are summed by what becomes of them', async () => {
    const { rows } = await opened();
    expect(sumsOf(rows).map(({ label }) => label)).toEqual([
      'Wait for the others, 1',
      'Refused, 1',
      '1 not readable, not counted',
    ]);
  });

  it('that were refused can be copied', async () => {
    const { rows } = await opened();
    expect(refusedText(rows).split('\n')).toEqual([
      'Row\tReference\tFrom\tTo\tAmount\tCurrency\tReason',
      '3\tB\tMerrion Operating\tRent\t10.00\tEUR\tLine 3, amount: “ten” is not a number.',
      '5\t\tMerrion Operating\tRent\t10.00\tEUR\tto: Rent is kept in GBP.',
    ]);
  });

  it('that are all in the book already say so', () => {
    const counts = { ...countsOf([]), rows: 2, exists: 2 };
    expect(obstacleOf(counts, 'all')).toBe('Everything in this file is in the book already');
    expect(obstacleOf({ ...counts, asked: 1 }, 'all')).toBe('The postings are being checked');
  });

  it('are found by the fields of a refusal', () => {
    const requests = [{ reference: '' }, { reference: 'B' }] as PostRequest[];
    const found = refusalsOf({ 'items.0': '1: Enter an amount.', 'items.1': 'Else.', form: 'x' }, requests);
    expect([...found]).toEqual([
      [0, 'Enter an amount.'],
      [1, 'Else.'],
    ]);
  });
});
