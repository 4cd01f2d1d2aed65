import { shell } from '$app/shell.svelte';
import { BackendError, backend } from '$lib/backend';
import type { HistoryCheck } from '$lib/backend/types/HistoryCheck';
import { jobs } from '$lib/jobs.svelte';
import { toasts } from '$lib/parts';
import '../common/commands';
import { summary } from './kinds';

const NAME = 'Verify the history';

class Verified {
  busy = $state(false);
  /** The job at work. */
  job = $state('');
  last: HistoryCheck | null = $state.raw(null);
  at = $state('');
  /** The book it was found of. */
  book = $state('');
}

/** The last look at the whole history since the window opened. */
export const verified = new Verified();

/** Computes the chain again as a job. `head` was given out earlier, as a text that holds it. */
export async function verifyHistory(head: string | null = null): Promise<BackendError | null> {
  if (verified.busy) return null;
  const job = `verify_${crypto.randomUUID()}`;
  const book = shell.book?.id ?? '';
  verified.busy = true;
  verified.job = job;
  const end = (state: 'done' | 'failed' | 'cancelled', result: string, done: number): void =>
    jobs.upsert({ id: job, name: NAME, phase: 'verify', done, state, result, at: new Date().toISOString() });
  try {
    const check = await backend.call('history_verify', { job, head });
    const found = check.problems[0];
    end(found ? 'failed' : 'done', found ?? summary(check), check.verified);
    Object.assign(verified, { last: check, at: new Date().toISOString(), book });
    return null;
  } catch (thrown) {
    const error = BackendError.from(thrown);
    const cancelled = error.code === 'CANCELLED';
    end(cancelled ? 'cancelled' : 'failed', error.message, 0);
    // What was found before says nothing of a book that cannot be read now.
    if (!cancelled && head === null) verified.last = null;
    if (cancelled) toasts.show({ text: 'The check was cancelled. Nothing is known of the rest.' });
    else if (head !== null) return error;
    else toasts.fail(error);
    return null;
  } finally {
    verified.busy = false;
  }
}
