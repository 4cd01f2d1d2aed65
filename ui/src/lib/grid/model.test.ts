import { flushSync } from 'svelte';
import { describe, expect, it } from 'vitest';
import { GridModel } from './model.svelte';
import { PAGE } from './types';

interface Row {
  id: string;
  state: string;
}

/** A list that can change behind the model's back. */
function book(length: number) {
  let rows: Row[] = Array.from({ length }, (_, n) => ({ id: `r${n}`, state: 'held' }));
  const model = new GridModel<Row>(
    () => ({
      page: async (offset, limit) => ({ rows: rows.slice(offset, offset + limit), total: rows.length }),
    }),
    (row) => row.id,
    () => {},
  );
  return {
    model,
    change: (next: (rows: Row[]) => Row[]) => {
      rows = next(rows);
    },
  };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  flushSync();
};

async function opened(length: number) {
  const { model, change } = book(length);
  model.setQuery({ text: '', filters: [], sort: [] });
  await settled();
  return { model, change };
}

describe('a change in the book', () => {
  const added = (rows: Row[]): Row[] => [{ id: 'new', state: 'held' }, ...rows];

  it('leaves the rows somebody looks at where they are and counts the new ones', async () => {
    const { model, change } = await opened(500);
    change(added);
    await model.changed(false);
    await settled();
    expect(model.waiting).toBe(1);
    expect(model.row(0)?.id).toBe('r0');
    model.reload();
    await settled();
    expect(model.waiting).toBe(0);
    expect(model.row(0)?.id).toBe('new');
    expect(model.total).toBe(501);
  });

  it('shows new rows at once at the top of the list', async () => {
    const { model, change } = await opened(5);
    change(added);
    await model.changed(true);
    await settled();
    expect(model.row(0)?.id).toBe('new');
    expect(model.waiting).toBe(0);
  });

  it('marks the rows that differ and no other', async () => {
    const { model, change } = await opened(5);
    change((rows) => rows.map((row) => (row.id === 'r2' ? { ...row, state: 'voided' } : row)));
    await model.changed(false);
    await settled();
    expect([...model.flashing]).toEqual(['r2']);
    model.stop();
  });

  it('never shows a row twice when pages were read before and after it', async () => {
    const { model, change } = await opened(PAGE * 4);
    change(added);
    model.want(PAGE * 2);
    await settled();
    model.want(PAGE);
    await settled();
    const ids = model.loaded.map((row) => row.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(model.row(PAGE)?.id).toBe(`r${PAGE - 1}`);
  });
});
