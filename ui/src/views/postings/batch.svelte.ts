import { BackendError, backend } from '$lib/backend';
import type { BulkOutcome } from '$lib/backend/types/BulkOutcome';
import type { PostingsFile } from '$lib/backend/types/PostingsFile';
import '../common/commands';
import { countsOf, type Mode, obstacleOf, type Row, refusalsOf, requestsOf, rowsOf } from './rows';

/** A file of postings on its way into the book: read, looked at, posted. */
export class Batch {
  file: PostingsFile | null = $state.raw(null);
  /** The engine's last answer: what they would do, or what they did. */
  outcome: BulkOutcome | null = $state.raw(null);
  refusals: ReadonlyMap<number, string> = $state.raw(new Map());
  mode: Mode = $state('all');
  busy: 'reading' | 'checking' | 'posting' | null = $state(null);
  done = $state(false);
  problem: BackendError | null = $state.raw(null);
  rows: Row[] = $derived(
    this.file ? rowsOf(this.file, this.outcome, this.refusals, this.done, this.mode) : [],
  );
  counts = $derived(countsOf(this.rows));
  obstacle: string | null = $derived(
    !this.file
      ? 'Choose a file first'
      : this.done
        ? 'This file was posted'
        : this.busy
          ? 'The postings are being checked'
          : this.problem && !this.refusals.size
            ? 'The postings could not be checked'
            : obstacleOf(this.counts, this.mode),
  );
  #run = 0;

  async open(path: string): Promise<void> {
    const run = this.#begin('reading');
    try {
      const file = await backend.call('postings_read', { path });
      if (run !== this.#run) return;
      this.file = file;
      this.outcome = null;
      this.refusals = new Map();
      this.done = false;
    } catch (thrown) {
      this.#failed(run, thrown);
      return;
    }
    await this.check();
  }

  /** Asks what they would do. What stands in the book decides, so it is asked again when that changes. */
  async check(): Promise<void> {
    if (!this.file || this.done || this.busy === 'posting') return;
    const items = requestsOf(this.file);
    const run = this.#begin('checking');
    try {
      // Nothing of it can be read: there is nothing to ask.
      const outcome = items.length
        ? await backend.call('bulk_preview', { request: { items, atomic: this.mode === 'all' } })
        : NOTHING;
      if (run !== this.#run) return;
      this.outcome = outcome;
      this.refusals = new Map();
      this.busy = null;
    } catch (thrown) {
      this.#failed(run, thrown);
    }
  }

  /** Posts them. True once they are in the book, as many as were not refused. */
  async post(): Promise<boolean> {
    if (!this.file || this.obstacle) return false;
    const items = requestsOf(this.file);
    const run = this.#begin('posting');
    try {
      this.outcome = await backend.call('bulk_post', { request: { items, atomic: this.mode === 'all' } });
      this.done = true;
      this.busy = null;
      return true;
    } catch (thrown) {
      const error = BackendError.from(thrown);
      if (error.code === 'BATCH_REFUSED') this.refusals = refusalsOf(error.fields, items);
      this.#failed(run, error);
      return false;
    }
  }

  /** The file is let go; what was posted stays. */
  reset(): void {
    this.#run += 1;
    this.file = null;
    this.outcome = null;
    this.refusals = new Map();
    this.busy = null;
    this.done = false;
    this.problem = null;
  }

  #begin(what: 'reading' | 'checking' | 'posting'): number {
    this.busy = what;
    this.problem = null;
    this.#run += 1;
    return this.#run;
  }

  #failed(run: number, thrown: unknown): void {
    if (run !== this.#run) return;
    this.problem = BackendError.from(thrown);
    this.busy = null;
  }
}

const NOTHING: BulkOutcome = { posted: 0, existing: 0, failed: 0, rows: [], effects: [] };
