import { BackendError, backend } from '$lib/backend';
import type { ExportColumn } from '$lib/backend/types/ExportColumn';
import type { ListQuery } from '$lib/backend/types/ListQuery';
import type { ReportFormat } from '$lib/backend/types/ReportFormat';
import { jobs } from '$lib/jobs.svelte';
import { toasts } from '$lib/parts';
import '../common/commands';
import { count } from '../common/words';

/** Every column a file may have, in the order of the grid. */
export const ALL_COLUMNS: ExportColumn[] = [
  'date',
  'booked',
  'reference',
  'description',
  'way',
  'amount',
  'state',
  'committed',
  'remaining',
  'created',
  'actor',
  'expires',
  'id',
];

export const isExportColumn = (id: string): id is ExportColumn => (ALL_COLUMNS as string[]).includes(id);

/** A place where nothing can be written is refused within this time; a person has not looked away by then. */
const AT_ONCE_MS = 500;

/**
 * Writes a list to a file as a job; the outcome is told, and the job stays in the panel. Answers what was refused at
 * once, which is then for the caller to say.
 */
export async function exportTransactions(
  query: ListQuery,
  columns: ExportColumn[],
  format: ReportFormat,
  path: string,
): Promise<BackendError | null> {
  const begun = performance.now();
  const job = `export_${crypto.randomUUID()}`;
  const end = (state: 'done' | 'failed' | 'cancelled', result: string): void => {
    const known = jobs.list.find((one) => one.id === job);
    jobs.upsert({
      id: job,
      name: known?.name ?? `Export to ${path}`,
      phase: 'write',
      done: known?.done ?? 0,
      state,
      result,
    });
  };
  try {
    const done = await backend.call('transactions_export', {
      request: { query, columns, format, path, job },
    });
    const text = `${count(done.rows, 'transaction was', 'transactions were')} written to ${done.path}`;
    end('done', text);
    toasts.show({ text, tone: 'pos' });
    return null;
  } catch (thrown) {
    const error = BackendError.from(thrown);
    end(error.code === 'CANCELLED' ? 'cancelled' : 'failed', error.message);
    if (error.code === 'CANCELLED') toasts.show({ text: 'The export was cancelled. Nothing was written.' });
    else if (performance.now() - begun < AT_ONCE_MS) return error;
    else toasts.fail(error);
    return null;
  }
}
