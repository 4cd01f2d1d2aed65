import { BackendError, backend } from '$lib/backend';
import { jobs } from '$lib/jobs.svelte';
import { toasts } from '$lib/parts';
import './commands';
import { count } from './words';

const NAME = 'Build the search anew';

class Reindexed {
  busy = $state(false);
}

/** Whether what words are looked for in is being built. */
export const reindexed = new Reindexed();

/** Builds anew what words are looked for in, as a job. */
export async function rebuildSearch(): Promise<void> {
  if (reindexed.busy) return;
  const id = `search_${crypto.randomUUID()}`;
  reindexed.busy = true;
  const end = (state: 'done' | 'failed' | 'cancelled', result: string, done: number): void =>
    jobs.upsert({ id, name: NAME, phase: 'search', done, state, result, at: new Date().toISOString() });
  try {
    const { rows } = await backend.call('search_rebuild', { job: id });
    const result = `Built from ${count(rows, 'row', 'rows')}`;
    end('done', result, rows);
    toasts.show({ text: `The search was built anew. ${result}.`, tone: 'pos' });
  } catch (thrown) {
    const error = BackendError.from(thrown);
    const cancelled = error.code === 'CANCELLED';
    end(cancelled ? 'cancelled' : 'failed', error.message, 0);
    if (cancelled) toasts.show({ text: 'The search is as it was before.' });
    else toasts.fail(error);
  } finally {
    reindexed.busy = false;
  }
}
