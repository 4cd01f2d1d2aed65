import { router } from '$app/router.svelte';
import { backend } from '$lib/backend';
import type { BookCheck } from '$lib/backend/types/BookCheck';
import { toasts } from '$lib/parts';
import './commands';
import { count } from './words';

class Checks {
  busy = $state(false);
  last: BookCheck | null = $state.raw(null);
}

/** The last check of the whole book, shown in Settings. */
export const checks = new Checks();

/** Adds up every balance from its entries and compares it with what is stored. */
export async function checkBook(): Promise<void> {
  if (checks.busy) return;
  checks.busy = true;
  try {
    const found = await backend.call('book_check', {});
    checks.last = found;
    const looked = `${count(found.balances, 'balance', 'balances')} and ${count(found.entries, 'entry', 'entries')} checked`;
    // Settings says it beside the button; anywhere else it is told as it comes.
    if (router.current.view === 'settings') return;
    if (found.problems.length === 0) toasts.show({ text: `${looked}. Everything ties.`, tone: 'pos' });
    else
      toasts.fail(
        `${looked}. ${count(found.problems.length, 'problem was', 'problems were')} found. ${found.problems[0] ?? ''}`,
      );
  } catch (thrown) {
    toasts.fail(thrown);
  } finally {
    checks.busy = false;
  }
}
