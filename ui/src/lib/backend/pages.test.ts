import { describe, expect, it, vi } from 'vitest';
import { everyPage, PAGE } from './pages';

const rows = (count: number) => Array.from({ length: count }, (_, at) => ({ id: `bln_${at}` }));

describe('a list that is read to its end', () => {
  it('has the rows of all its pages in their order', async () => {
    const all = rows(2 * PAGE + 1);
    const read = vi.fn(async (offset: number, limit: number) => ({
      rows: all.slice(offset, offset + limit),
      total: all.length,
    }));
    expect(await everyPage(read)).toEqual(all);
    expect(read.mock.calls.map(([offset]) => offset)).toEqual([0, PAGE, 2 * PAGE]);
  });

  it('is asked for once when it has one page, and when it has nothing', async () => {
    for (const count of [0, 1, PAGE]) {
      const read = vi.fn(async () => ({ rows: rows(count), total: count }));
      expect(await everyPage(read)).toHaveLength(count);
      expect(read).toHaveBeenCalledTimes(1);
    }
  });

  it('ends when rows went away meanwhile', async () => {
    const read = async (offset: number) => ({ rows: offset ? [] : rows(PAGE), total: PAGE + 3 });
    expect(await everyPage(read)).toHaveLength(PAGE);
  });

  it('has a row once that moved to the next page meanwhile', async () => {
    const last = `bln_${PAGE - 1}`;
    const read = async (offset: number) => ({
      rows: offset ? [{ id: last }, { id: 'bln_new' }] : rows(PAGE),
      total: PAGE + 2,
    });
    const ids = (await everyPage(read)).map(({ id }) => id);
    expect(ids.filter((id) => id === last)).toHaveLength(1);
    expect(ids.at(-1)).toBe('bln_new');
  });

  it('fails whole when one of its pages fails', async () => {
    const read = async (offset: number) => {
      if (offset) throw new Error('gone');
      return { rows: rows(PAGE), total: PAGE + 1 };
    };
    await expect(everyPage(read)).rejects.toThrow('gone');
  });
});
