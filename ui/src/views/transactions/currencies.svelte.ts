import { backend, everyPage } from '$lib/backend';
import type { FilterCondition } from '$lib/backend/types/FilterCondition';
import '../common/commands';
import { exponentOf } from '../common/currencies';
import { session } from '../common/session.svelte';
import type { Party } from './posting';

class BookCurrencies {
  /** Exponent per code, of the currencies that balances of the book are kept in. */
  known: ReadonlyMap<string, number> = $state.raw(new Map());

  async load(): Promise<void> {
    const known = new Map<string, number>();
    if (session.info) known.set(session.info.currency, session.info.exponent);
    try {
      const trial = await backend.call('overview_trial', { as_of: null });
      for (const row of trial.rows) known.set(row.currency, row.exponent);
      // The trial names nearly all of them, and a book may have a million balances: only those of other currencies are read.
      const others: FilterCondition[] = known.size
        ? [{ field: 'currency', test: 'is_not', values: [...known.keys()] }]
        : [];
      const rows = await everyPage((offset, limit) =>
        backend.call('balances_page', { query: { offset, limit, sort: [], conditions: others, text: null } }),
      );
      for (const row of rows) known.set(row.currency, row.exponent);
    } catch (thrown) {
      // The book's own currency is enough to start; choosing a balance brings its currency along.
      console.error(thrown);
    }
    this.known = known;
  }

  options(chosen: string): { value: string; label: string }[] {
    return [...new Set([chosen, ...this.known.keys()])].sort().map((code) => ({ value: code, label: code }));
  }
}

export const currenciesOfBook = new BookCurrencies();

/** Decimals of the form's currency: a chosen balance knows best, then the book, then this system. */
export function exponentIn(currency: string, parties: (Party | null)[]): number {
  const party = parties.find((one) => one?.currency === currency && one.exponent !== undefined);
  return party?.exponent ?? currenciesOfBook.known.get(currency) ?? exponentOf(currency);
}
