import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Filter, GridQuery } from './grid';
import { sameQuery, savedViews } from './saved.svelte';

const kept = new Map<string, string>();
vi.mock('./settings', () => ({
  readStored: (key: string, book: string) =>
    Promise.resolve(JSON.parse(kept.get(`${book}/${key}`) ?? 'null')),
  writeStored: (key: string, value: unknown, book: string) => {
    kept.set(`${book}/${key}`, JSON.stringify(value));
    return Promise.resolve();
  },
}));

const chip = (field: string, test: Filter['test'], value: string): Filter => ({
  field,
  test,
  value,
  label: `${field} ${test}`,
  text: value,
});

/** Any of several, a note, and something that is not there. */
const query: GridQuery = {
  text: 'paper',
  filters: [chip('metadata.branch', 'is', 'Cork'), chip('expires', 'empty', '')],
  any: true,
  sort: [{ column: 'amount', desc: true }],
};

/** As after the window was opened again. */
async function opened(book: string): Promise<void> {
  await savedViews.load(null);
  await savedViews.load(book);
}

describe('saved views', () => {
  beforeEach(async () => {
    kept.clear();
    await opened('book_1');
  });

  it.each(['transactions', 'ledgers', 'identities', 'approvals', 'audit'])(
    'of %s keep the whole filter in their book',
    async (view) => {
      savedViews.put({ id: 'v1', view, name: 'Cork', pinned: true, query });
      await opened('book_2');
      expect(savedViews.list).toEqual([]);
      await opened('book_1');
      expect(savedViews.of(view).map(({ name, pinned }) => [name, pinned])).toEqual([['Cork', true]]);
      expect(savedViews.get('v1')?.query).toEqual(query);
      expect(savedViews.of('another')).toEqual([]);
    },
  );

  it('are renamed and removed', async () => {
    savedViews.put({ id: 'v1', view: 'transactions', name: 'Cork', pinned: false, query });
    savedViews.put({ id: 'v2', view: 'transactions', name: 'Other', pinned: false, query });
    savedViews.put({ id: 'v1', view: 'transactions', name: 'Cork and Kerry', pinned: false, query });
    savedViews.remove('v2');
    await opened('book_1');
    expect(savedViews.list.map(({ id, name }) => [id, name])).toEqual([['v1', 'Cork and Kerry']]);
  });

  it('show whether the grid still shows what they hold', () => {
    expect(sameQuery(query, structuredClone(query))).toBe(true);
    const all: GridQuery = { text: query.text, filters: query.filters, sort: query.sort };
    expect(sameQuery(query, all)).toBe(false);
    expect(sameQuery(all, { ...all, any: false })).toBe(true);
    expect(sameQuery(query, { ...query, filters: query.filters.slice(1) })).toBe(false);
  });
});
