import { describe, expect, it } from 'vitest';
import { memoryBackend, setBackend } from '$lib/backend';
import type { ListQuery } from '$lib/backend/types/ListQuery';
import { currenciesOfBook } from './currencies.svelte';

describe('the currencies of a book', () => {
  it('are all of them, however many balances it has', async () => {
    const all = [
      ...Array.from({ length: 700 }, (_, at) => ({ id: `bln_${at}`, currency: 'GBP', exponent: 2 })),
      { id: 'bln_last', currency: 'KWD', exponent: 3 },
    ];
    const asked: ListQuery[] = [];
    setBackend(
      memoryBackend({
        handlers: {
          overview_trial: () => ({ rows: [{ currency: 'EUR', exponent: 2 }] }) as never,
          balances_page: ({ query }) => {
            asked.push(query);
            const rows = all.slice(query.offset, query.offset + query.limit);
            return { rows, total: all.length } as never;
          },
        },
      }),
    );
    await currenciesOfBook.load();
    expect([...currenciesOfBook.known]).toEqual([
      ['EUR', 2],
      ['GBP', 2],
      ['KWD', 3],
    ]);
    // Balances of a currency that is known already say nothing new.
    expect(asked.map(({ conditions }) => conditions)).toEqual(
      Array(2).fill([{ field: 'currency', test: 'is_not', values: ['EUR'] }]),
    );
  });
});
