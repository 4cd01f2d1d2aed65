import { router } from '$app/router.svelte';
import { BackendError, backend } from '$lib/backend';
import { toasts } from '$lib/parts';
import './commands';

class Backups {
  busy = $state(false);
  /** Why the last copy could not be made. */
  problem: BackendError | null = $state.raw(null);
  /** The page with the list of copies is shown: it says itself what went wrong. */
  shown = 0;

  /** Another book is open: what went wrong with the one before has nothing to do with it. */
  forget(): void {
    this.problem = null;
  }
}

export const backups = new Backups();

/** Makes a copy in the folder of copies. */
export async function backUpNow(): Promise<void> {
  if (backups.busy) return;
  backups.busy = true;
  try {
    const copy = await backend.call('backup_now', {});
    backups.problem = null;
    toasts.show({ text: `The book was copied to ${copy.name}`, tone: 'pos' });
  } catch (thrown) {
    backups.problem = BackendError.from(thrown);
    if (!backups.shown)
      toasts.fail(thrown, { label: 'Show', run: () => router.go('settings', { page: 'backup' }) });
  } finally {
    backups.busy = false;
  }
}
