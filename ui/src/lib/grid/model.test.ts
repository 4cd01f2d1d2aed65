import { flushSync } from 'svelte';
import { describe, expect, it } from 'vitest';
import { GridModel } from './model.svelte';
import { type GridQuery, PAGE, RANGE_LIMIT, type Selection } from './types';

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

/** Rows of which every second one is rent; the filter's text is looked for in the kind. */
function filtered(length: number) {
  const all = Array.from({ length }, (_, n) => ({ id: `r${n}`, state: n % 2 ? 'wage' : 'rent' }));
  const dropped: number[] = [];
  const told: Selection[] = [];
  const model = new GridModel<Row>(
    () => ({
      page: async (offset, limit, { text }) => {
        const rows = all.filter((row) => row.state.includes(text));
        return { rows: rows.slice(offset, offset + limit), total: rows.length };
      },
    }),
    (row) => row.id,
    (selection) => told.push(selection),
    (rows) => dropped.push(rows),
  );
  return { model, dropped, told };
}

const asked = (text: string, more: Partial<GridQuery> = {}): GridQuery => ({
  text,
  filters: [],
  sort: [],
  ...more,
});

describe('a list that takes long to count', () => {
  /** Pages answer when they are let; the first rows at once, unless the list is not a long one. */
  function slow(first: Row[] | null) {
    const all = Array.from({ length: PAGE * 3 }, (_, n) => ({ id: `r${n}`, state: 'held' }));
    const asked: string[] = [];
    let answer = (): void => {};
    const model = new GridModel<Row>(
      () => ({
        start: async () => {
          asked.push('start');
          return first;
        },
        page: async (offset, limit) => {
          asked.push(`page ${offset}`);
          await new Promise<void>((resolve) => {
            answer = resolve;
          });
          return { rows: all.slice(offset, offset + limit), total: all.length };
        },
      }),
      (row) => row.id,
      () => {},
    );
    return { model, asked, answer: () => answer() };
  }

  it('shows its first rows before its length is known', async () => {
    const {
      model,
      asked: calls,
      answer,
    } = slow([
      { id: 'r0', state: 'held' },
      { id: 'r1', state: 'held' },
    ]);
    model.setQuery(asked(''));
    expect(model.here).toBe(false);
    await settled();
    expect([model.here, model.total, model.layout.length]).toEqual([true, null, 2]);
    expect(model.row(1)?.id).toBe('r1');
    answer();
    await settled();
    expect([model.total, model.begun, model.layout.length]).toEqual([PAGE * 3, null, PAGE * 3]);
    expect(model.row(PAGE - 1)?.id).toBe(`r${PAGE - 1}`);
    expect(calls).toEqual(['start', 'page 0', `page ${PAGE}`]);
  });

  it('shows nothing of a filter that was given up meanwhile', async () => {
    const { model } = slow([{ id: 'r0', state: 'held' }]);
    model.setQuery(asked('rent'));
    model.stop();
    await settled();
    expect([model.here, model.loaded.length]).toEqual([false, 0]);
  });

  it('waits for its page when that comes as fast', async () => {
    const { model, answer } = slow(null);
    model.setQuery(asked(''));
    await settled();
    expect(model.here).toBe(false);
    answer();
    await settled();
    expect(model.total).toBe(PAGE * 3);
  });
});

describe('a selection by filter', () => {
  it('means the rows of its own filter after the filter is gone', async () => {
    const { model } = filtered(10);
    model.setQuery(asked('rent'));
    await settled();
    model.selectAll();
    model.toggle(model.row(1)!);
    expect(model.selectedCount).toBe(4);
    model.setQuery(asked(''));
    await settled();
    expect(model.total).toBe(10);
    expect(model.selectedCount).toBe(4);
    expect(model.loaded.filter((row) => model.isSelected(row)).map((row) => row.id)).toEqual([
      'r0',
      'r4',
      'r6',
      'r8',
    ]);
    expect(model.knownChosen().every((row) => row.state === 'rent')).toBe(true);
  });

  it('keeps rows that another filter hides, and nothing of what it shows', async () => {
    const { model } = filtered(10);
    model.setQuery(asked('rent'));
    await settled();
    model.selectAll();
    model.setQuery(asked('wage'));
    await settled();
    expect(model.loaded.some((row) => model.isSelected(row))).toBe(false);
    expect(model.knownChosen().map((row) => row.id)).toEqual(['r0', 'r2', 'r4', 'r6', 'r8']);
  });

  it('names also rows that were never on screen', async () => {
    const { model, dropped } = filtered(PAGE * 10);
    model.setQuery(asked('rent'));
    await settled();
    model.selectAll();
    model.setQuery(asked(''));
    // Until it is known what they are, no other row stands for them.
    expect(model.selectedCount).toBe(0);
    await settled();
    expect(model.selectedCount).toBe(PAGE * 5);
    expect(model.knownChosen().every((row) => row.state === 'rent')).toBe(true);
    expect(dropped).toEqual([]);
  });

  it('is given up and told when there are too many rows to name', async () => {
    const { model, dropped } = filtered(RANGE_LIMIT * 2 + 2);
    model.setQuery(asked('rent'));
    await settled();
    model.selectAll();
    model.setQuery(asked(''));
    await settled();
    expect(model.selectedCount).toBe(0);
    expect(dropped).toEqual([RANGE_LIMIT + 1]);
  });

  it('gives way to what is chosen while it is being read', async () => {
    const { model, dropped } = filtered(PAGE * 10);
    model.setQuery(asked('rent'));
    await settled();
    model.selectAll();
    model.setQuery(asked(''));
    model.selectOnly({ id: 'r1', state: 'wage' });
    await settled();
    expect(model.selectedCount).toBe(1);
    expect(dropped).toEqual([]);
  });

  it('stays a filter when only the order changes', async () => {
    const { model, told } = filtered(10);
    model.setQuery(asked('rent'));
    await settled();
    model.selectAll();
    model.setQuery(asked('rent', { sort: [{ column: 'id', desc: true }] }));
    await settled();
    expect(model.selection.mode).toBe('filter');
    expect(model.selectedCount).toBe(5);
    expect(told).toHaveLength(1);
  });
});

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

describe('a range whose rows are read late', () => {
  /** A list whose later pages answer when they are let go. */
  async function slow() {
    const waiting: (() => void)[] = [];
    const model = new GridModel<Row>(
      () => ({
        page: async (offset, limit) => {
          if (offset >= PAGE * 3) await new Promise<void>((resolve) => waiting.push(resolve));
          const rows = Array.from({ length: limit }, (_, n) => ({ id: `r${offset + n}`, state: 'held' }));
          return { rows, total: PAGE * 6 };
        },
      }),
      (row) => row.id,
      () => {},
    );
    model.setQuery(asked(''));
    await settled();
    const letGo = async () => {
      await settled();
      for (const resolve of waiting.splice(0)) resolve();
      await settled();
    };
    return { model, letGo };
  }

  it('is chosen when nothing else was', async () => {
    const { model, letGo } = await slow();
    const range = model.selectRange(0, PAGE * 3, true);
    await letGo();
    await range;
    expect(model.selectedCount).toBe(PAGE * 3 + 1);
  });

  it('takes nothing back that was chosen in the meantime', async () => {
    const { model, letGo } = await slow();
    const range = model.selectRange(0, PAGE * 3, true);
    model.selectOnly(model.row(1)!);
    await letGo();
    await range;
    expect([...(model.selection.mode === 'some' ? model.selection.keys : [])]).toEqual(['r1']);
  });

  it('gives way to the range that was asked for after it', async () => {
    const { model, letGo } = await slow();
    const first = model.selectRange(0, PAGE * 3, true);
    await settled();
    const second = model.selectRange(0, 1, true);
    await letGo();
    await Promise.all([first, second]);
    expect(model.selectedCount).toBe(2);
  });

  it('is forgotten under another filter', async () => {
    const { model, letGo } = await slow();
    const range = model.selectRange(0, PAGE * 3, true);
    model.setQuery(asked('rent'));
    await letGo();
    await range;
    expect(model.selectedCount).toBe(0);
  });
});
