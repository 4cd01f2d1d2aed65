import DatabaseBackup from '@lucide/svelte/icons/database-backup';
import Lock from '@lucide/svelte/icons/lock';
import ShieldAlert from '@lucide/svelte/icons/shield-alert';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import User from '@lucide/svelte/icons/user';
import { router } from '$app/router.svelte';
import { type StatusItem, shell } from '$app/shell.svelte';
import { addHandlers, defineActions } from '$lib/actions';
import { backend } from '$lib/backend';
import type { BookInfo } from '$lib/backend/types/BookInfo';
import type { BookSettings } from '$lib/backend/types/BookSettings';
import type { ColumnNames } from '$lib/backend/types/ColumnNames';
import type { JobProgress } from '$lib/backend/types/JobProgress';
import type { JobRow } from '$lib/backend/types/JobRow';
import type { OpenBook } from '$lib/backend/types/OpenBook';
import { atTime, localDay } from '$lib/dates';
import { type Job, jobs } from '$lib/jobs.svelte';
import { toasts } from '$lib/parts';
import { settings } from '$lib/settings';
import { verified } from '../audit/verify.svelte';
import { placeOfAlert } from '../monitors/deliveries';
import { watchWebhooks } from '../monitors/failing';
import { watchMonitors } from '../monitors/watch';
import { alertWords } from '../monitors/words';
import { backUpNow, backups } from './backups.svelte';
import { checkBook } from './checks.svelte';
import './commands';
import { registerBookSources } from './palette';
import { period } from './period.svelte';
import { keepPerson, knownPerson, otherPerson, rememberPerson } from './person';
import { rebuildSearch } from './reindex.svelte';
import { isProtected } from './unlock.svelte';
import { count, number } from './words';

defineActions([
  { id: 'book.backup-now', label: 'Back up now', keys: [], where: 'file', icon: DatabaseBackup },
  { id: 'book.backup', label: 'Back up to…', keys: [], where: 'file' },
  { id: 'book.check', label: 'Check the book', keys: [], where: 'file' },
  { id: 'book.reindex', label: 'Build the search anew', keys: [], where: 'file' },
  { id: 'book.retry', label: 'Try again to open the book for writing', keys: [], where: 'file' },
  { id: 'book.switch', label: 'Open another book', keys: ['Ctrl+O'], where: 'file', sheet: false },
  { id: 'book.close', label: 'Close the book', keys: ['Ctrl+W'], where: 'file' },
]);

const COLUMN_NAMES: Record<ColumnNames, typeof settings.columnNames> = {
  in_out: 'in-out',
  debit_credit: 'as-in-books',
  stored: 'as-stored',
};

class Session {
  /** The open book as the engine last described it. */
  info: BookInfo | null = $state(null);
  path = $state('');
  /** A passphrase protects the open book. */
  isProtected = $state(false);
  /** Its key is in the keyring of this computer. */
  remembered = $state(false);
  /** The name this computer knows, where the book goes on under another one that nobody has confirmed here. */
  other: string | null = $state(null);
  #stops: (() => void)[] = [];

  get readOnly(): string | null {
    return this.info?.read_only ?? null;
  }

  /** Answers true when something may be booked, otherwise the reason. */
  canWrite = (): true | string => this.readOnly ?? true;

  /** A book was opened: the window now shows it, from its overview or from another place. */
  async begin(open: OpenBook, view = 'overview', params: Record<string, string> = {}): Promise<void> {
    this.end();
    this.#takeOpen(open);
    const alarms = { firing: 0, failing: 0 };
    const countAlarms = (now: Partial<typeof alarms>) => {
      Object.assign(alarms, now);
      shell.counts.monitors = { n: alarms.firing + alarms.failing, alert: true };
    };
    this.#stops = [
      // What the bar says comes from the book, from the closed period and from the last look at the history.
      $effect.root(() => {
        $effect(() => {
          shell.status = this.info ? this.#status(this.info) : [];
        });
      }),
      backend.subscribe('changed', ({ topics }) => {
        void this.refresh();
        if (topics.includes('balances')) void this.#readPinned();
        if (topics.includes('jobs')) void this.#readJobs(false);
        if (topics.includes('book')) void this.#readPeriod();
      }),
      backend.subscribe('job-progress', (step) => jobs.upsert(jobOfProgress(step))),
      registerBookSources(),
      watchMonitors({
        tell: (alerts) =>
          toasts.show({
            text: alertWords(alerts),
            action: { label: 'Show', run: () => router.go('monitors', { tab: 'alerts' }) },
          }),
        firing: (firing) => countAlarms({ firing }),
      }),
      watchWebhooks((failing) => countAlarms({ failing })),
      backend.subscribe('alert', ({ code, sentence }) => {
        const place = placeOfAlert(code);
        toasts.fail(
          sentence,
          place && { label: place.label, run: () => router.go(place.view, place.params) },
        );
      }),
      addHandlers({
        'reconcile.import': { run: () => router.go('import'), enabled: this.canWrite },
        'go.scheduled': { run: () => router.go('scheduled') },
        'book.backup-now': { run: () => void backUpNow(), enabled: this.canWrite },
        'book.backup': { run: () => void this.backUp() },
        'book.retry': {
          run: () => void this.openForWriting(),
          enabled: () => (this.readOnly ? true : 'The book is open for writing'),
        },
        'book.check': { run: () => void checkBook() },
        'book.reindex': { run: () => void rebuildSearch(), enabled: this.canWrite },
        'book.switch': { run: () => router.go('start') },
        'book.close': { run: () => void this.close() },
      }),
    ];
    // The day may have changed while the window was away.
    const back = () => void this.refresh();
    window.addEventListener('focus', back);
    this.#stops.push(() => window.removeEventListener('focus', back));
    router.reset(view, params);
    if (open.notice) toasts.show({ text: open.notice });
    if (!open.info.read_only) void this.#askWho(open.info);
    void this.#readPinned();
    void this.#readPeriod();
    void this.#readJobs(true);
  }

  end(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.info = null;
    this.path = '';
    this.isProtected = false;
    this.remembered = false;
    this.other = null;
    shell.book = null;
    shell.counts = {};
    shell.pinned = [];
    shell.status = [];
    jobs.list = [];
    period.forget();
    backups.forget();
  }

  async close(): Promise<void> {
    try {
      await backend.call('book_close', {});
      this.end();
      router.reset('start');
    } catch (thrown) {
      toasts.fail(thrown);
    }
  }

  async refresh(): Promise<void> {
    try {
      const info = await backend.call('book_info', {});
      if (this.info && info.id === this.info.id) this.#take(info);
    } catch (thrown) {
      console.error(thrown);
    }
  }

  async rename(person: string): Promise<void> {
    this.#take(await backend.call('person_set', { name: person }));
    rememberPerson(person);
    this.other = null;
  }

  /** A book that names nobody is worked in by whom this computer knows. */
  async #askWho(info: BookInfo): Promise<void> {
    if (info.person_said) {
      const other = await otherPerson(info.id, info.person);
      // Another book may be open by now.
      if (this.info?.id === info.id) this.other = other;
      return;
    }
    const mine = await knownPerson();
    if (mine && this.info?.id === info.id) await this.rename(mine).catch((thrown) => toasts.fail(thrown));
  }

  /** The person whose name the book has is who works here. */
  stay(): void {
    if (this.info) keepPerson(this.info.id, this.info.person);
    this.other = null;
  }

  /** Another program may have let go of the book since; what is on screen stays. */
  async openForWriting(): Promise<void> {
    const { path } = this;
    try {
      const open = await backend.call('book_open', { path, passphrase: null, remember: false });
      this.#takeOpen(open);
      toasts.show(
        open.info.read_only
          ? { text: open.info.read_only }
          : { text: 'The book is open for writing', tone: 'pos' },
      );
    } catch (thrown) {
      // The book is closed by now: the start view asks for its passphrase, or says why it does not open again.
      this.end();
      const locked = isProtected(thrown);
      router.reset('start', locked ? { unlock: path } : {});
      if (!locked) toasts.fail(thrown);
    }
  }

  async backUp(): Promise<void> {
    try {
      const base = this.path.replace(/\.tieout$/, '');
      const path = await backend.call('pick_file', {
        kind: 'export',
        suggested: `${base} backup ${localDay(Date.now())}.tieout`,
      });
      if (!path) return;
      await backend.call('book_backup', { path });
      toasts.show({ text: `The book was backed up to ${path}`, tone: 'pos' });
      await this.refresh();
    } catch (thrown) {
      toasts.fail(thrown);
    }
  }

  async setColumnNames(names: ColumnNames): Promise<void> {
    this.#take(await backend.call('column_names_set', { names }));
  }

  async setSettings(settings: BookSettings): Promise<void> {
    this.#take(await backend.call('book_settings_set', { settings }));
  }

  /** The keyring of this computer forgets the key of the book. */
  async forgetKey(): Promise<void> {
    this.#takeOpen(await backend.call('book_forget', {}));
  }

  #takeOpen(open: OpenBook): void {
    this.path = open.path;
    this.isProtected = open.protected;
    this.remembered = open.remembered;
    this.#take(open.info, open.file_name);
  }

  #take(info: BookInfo, file = shell.book?.path ?? ''): void {
    this.info = info;
    shell.today = info.today;
    settings.columnNames = COLUMN_NAMES[info.column_names];
    shell.book = { id: info.id, name: info.name, profile: 'local', path: file };
    if (info.read_only) shell.book.readOnly = info.read_only;
    shell.counts.approvals = { n: info.open_holds };
    shell.counts.reconcile = { n: info.open_statements };
  }

  #status(info: BookInfo): StatusItem[] {
    const items: StatusItem[] = [];
    if (info.read_only)
      items.push(
        { id: 'read-only', text: info.read_only, tone: 'warn' },
        { id: 'try-again', text: 'Try again', onclick: () => void this.openForWriting() },
      );
    else if (info.saved_at) items.push({ id: 'saved', text: `Saved ${atTime(info.saved_at, info.today)}` });
    if (!info.read_only)
      items.push({
        id: 'person',
        icon: User,
        text: info.person,
        side: 'right',
        onclick: () => router.go('settings', { page: 'book' }),
      });
    const backedUp = info.last_backup_at;
    items.push({
      id: 'backup',
      text: backedUp
        ? `Backup ${localDay(backedUp) === info.today ? 'today ' : ''}${atTime(backedUp, info.today)}`
        : 'No backup yet',
      onclick: () => void this.backUp(),
    });
    items.push(this.#chain(info));
    const through = period.closedThrough;
    // The reason why nothing can be posted is longer, and says more.
    if (through && !info.read_only)
      items.push({
        id: 'period',
        icon: Lock,
        text: `Closed through ${through}`,
        wide: true,
        onclick: () => router.go('settings', { page: 'book' }),
      });
    return items;
  }

  /** What the last look at the history since the window opened has found of this book, and nothing that it has not. */
  #chain(info: BookInfo): StatusItem {
    const item = { id: 'chain', onclick: () => router.go('audit') };
    const { last, at, book } = verified;
    if (!last || book !== info.id) return { ...item, text: 'Chain not verified yet' };
    if (last.problems.length) return { ...item, icon: ShieldAlert, tone: 'neg', text: 'Chain broken' };
    // The entries fit each other, but they are not those that the head was given out for.
    if (last.head_differs) return { ...item, icon: ShieldAlert, tone: 'neg', text: 'Head differs' };
    return { ...item, icon: ShieldCheck, tone: 'pos', text: `Chain verified ${atTime(at, info.today)}` };
  }

  async #readPinned(): Promise<void> {
    try {
      const page = await backend.call('balances_page', {
        query: {
          offset: 0,
          limit: 9,
          sort: [{ field: 'name', descending: false }],
          conditions: [{ field: 'pinned', test: 'is', values: ['1'] }],
          text: null,
        },
      });
      shell.pinned = page.rows.map((row) => ({
        id: row.id,
        label: row.name,
        money: { minor: row.figures.balance, exponent: row.exponent, currency: row.currency },
        open: () => router.go('ledgers', { id: row.id }),
      }));
    } catch (thrown) {
      console.error(thrown);
    }
  }

  async #readPeriod(): Promise<void> {
    try {
      await period.load();
    } catch (thrown) {
      console.error(thrown);
    }
  }

  async #readJobs(opening: boolean): Promise<void> {
    try {
      const rows = await backend.call('jobs_list', {});
      jobs.settle(newestFirst(rows.filter((row) => row.state !== 'running')).map(jobOfRow));
      const stopped = rows.filter((row) => row.state === 'interrupted');
      const [first] = stopped;
      if (!opening || !first) return;
      toasts.show({
        text: `${count(stopped.length, 'job was', 'jobs were')} interrupted. Nothing posted was lost.`,
        action: { label: `Resume ${first.title}`, run: () => resume(first.id) },
      });
    } catch (thrown) {
      console.error(thrown);
    }
  }
}

const resume = (id: string): void =>
  void backend.call('job_resume', { id }).catch((thrown) => toasts.fail(thrown));
const cancel = (id: string): void =>
  void backend.call('job_cancel', { id }).catch((thrown) => toasts.fail(thrown));

const stateOf = (state: string): Job['state'] =>
  (['running', 'interrupted', 'cancelled', 'failed', 'done'] as const).find((known) => known === state) ??
  'failed';

function jobOfProgress(step: JobProgress): Job {
  const job: Job = {
    id: step.job_id,
    name: step.title,
    phase: step.phase,
    done: step.done,
    state: stateOf(step.state),
  };
  if (step.total) job.total = step.total;
  if (step.rate) job.rate = step.rate;
  if (step.seconds_left !== null) job.secondsLeft = step.seconds_left;
  if (step.matches) job.result = count(step.matches, 'proposal', 'proposals');
  if (job.state === 'running') job.onCancel = () => cancel(step.job_id);
  return job;
}

/** Of jobs that ended in the same moment the matching came after the import it belongs to. */
export function newestFirst(rows: readonly JobRow[]): JobRow[] {
  const ended = (row: JobRow): string => row.finished_at ?? row.started_at;
  const later = (row: JobRow): number => (row.kind === 'reconcile' ? 1 : 0);
  return [...rows].sort((a, b) => ended(b).localeCompare(ended(a)) || later(b) - later(a));
}

const FOUND = ['certain', 'likely', 'possible', 'ambiguous'] as const;

/** "84 certain, 25 likely" of a matching run; an import says what it stored itself. */
export function resultOf(row: JobRow): string | null {
  if (row.error) return row.error;
  const result = row.result as Record<string, unknown> | null;
  if (typeof result?.message === 'string' && result.message) return result.message;
  if (row.kind !== 'reconcile' || !result) return null;
  const found = FOUND.flatMap((tier) => {
    const n = Number(result[tier] ?? 0);
    return n ? [`${number(n)} ${tier}`] : [];
  });
  return found.length ? found.join(', ') : 'No line fits an entry';
}

function jobOfRow(row: JobRow): Job {
  const job: Job = {
    id: row.id,
    name: row.title,
    phase: row.phase,
    done: row.done,
    state: stateOf(row.state),
  };
  if (row.total) job.total = row.total;
  job.at = row.finished_at ?? row.started_at;
  const result = resultOf(row);
  if (result) job.result = result;
  if (job.state === 'interrupted') job.onResume = () => resume(row.id);
  return job;
}

export const session = new Session();
