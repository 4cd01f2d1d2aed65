import { BackendError } from '$lib/backend';
import type { BalanceRow } from '$lib/backend/types/BalanceRow';
import type { ImportOptions } from '$lib/backend/types/ImportOptions';
import type { ImportPlan } from '$lib/backend/types/ImportPlan';
import type { ImportPreview } from '$lib/backend/types/ImportPreview';
import type { ImportResult } from '$lib/backend/types/ImportResult';
import type { ImportSession } from '$lib/backend/types/ImportSession';
import type { ImportSource } from '$lib/backend/types/ImportSource';
import type { JobProgress } from '$lib/backend/types/JobProgress';
import type { PlanLine } from '$lib/backend/types/PlanLine';
import type { Reading } from '$lib/backend/types/Reading';
import type { ComboOption } from '$lib/parts';
import {
  balanceGet,
  balanceSearch,
  importCancel,
  importClose,
  importCommit,
  importOpen,
  importPlan,
  importPreview,
  onImportProgress,
} from '../reconcile/api';
import { amount } from '../reconcile/words';
import { openingApart } from './proof';

export const STEPS = ['file', 'format', 'columns', 'duplicates', 'import'] as const;
export type Step = (typeof STEPS)[number];
export const STEP_WORDS: Record<Step, string> = {
  file: 'File',
  format: 'Format',
  columns: 'Columns',
  duplicates: 'Duplicates',
  import: 'Import',
};

const detected = (): ImportOptions => ({
  encoding: null,
  delimiter: null,
  sheet: null,
  header_line: null,
  date_format: null,
  decimal_mark: null,
  sign_model: null,
  columns: null,
  currency: null,
  repairs: [],
  leave_out: [],
  statement: 0,
  opening: null,
  closing: null,
  keep_known: [],
  keep_all_known: false,
  same: [],
  all_same: false,
});

export const balanceOption = (row: BalanceRow): ComboOption => ({
  value: row.id,
  label: row.name,
  detail: row.ledger,
  right: row.currency,
});

/** Everything between a dropped file and its stored lines. Nothing is stored before `commit`. */
export class Wizard {
  step: Step = $state('file');
  session: ImportSession | null = $state.raw(null);
  options: ImportOptions = $state.raw(detected());
  balance: ComboOption | null = $state.raw(null);
  preview: ImportPreview | null = $state.raw(null);
  plan: ImportPlan | null = $state.raw(null);
  result: ImportResult | null = $state.raw(null);
  problem: BackendError | null = $state.raw(null);
  busy = $state(false);
  reading = $state(false);
  /** The name of the file that is being opened. */
  opening: string | null = $state(null);
  /** How far reading, comparing or storing is. */
  progress: JobProgress | null = $state.raw(null);
  storing = $state(false);
  cancelling = $state(false);
  /** The import was stopped; nothing of it was kept. */
  stopped = $state(false);
  name = $state('');
  /** Rows that could not be read are left out, said on the report. */
  leaveBad = $state(false);
  acceptOther = $state(false);
  /** The same file is in another balance, and that is right. */
  acceptBalance = $state(false);
  /** Rows of the same file are to be added again under another reading. */
  acceptSameFile = $state(false);
  acceptLate = $state(false);
  /** The opening does not continue the statement before, and that is right. */
  acceptOpening = $state(false);
  /** Lines that look known and are new all the same. */
  kept: PlanLine[] = $state.raw([]);
  /** Lines that were asked about and are stored already. */
  same: PlanLine[] = $state.raw([]);
  remember = $state(false);
  profile = $state('');
  /** Which of several readings was taken. */
  picked: number | null = $state(null);
  #suggested = '';
  #run = 0;
  #opening = 0;

  /** Hears how far the open file is, until the returned function is called. */
  listen(): () => void {
    return onImportProgress(({ session, step }) => {
      if (session === this.session?.id) this.progress = step;
    });
  }

  async open(source: ImportSource, balanceId: string | null): Promise<void> {
    if (this.busy || this.opening !== null) return;
    const path = source.kind === 'path' ? source.path : source.name;
    const own = ++this.#opening;
    this.opening = path.split(/[\\/]/).at(-1) ?? path;
    this.busy = true;
    this.problem = null;
    try {
      const session = await importOpen(source);
      if (own !== this.#opening) {
        // Given up while it was opened.
        await importClose(session.id).catch(() => null);
        return;
      }
      this.opening = null;
      await this.close();
      this.#start(session);
      const wanted = balanceId ?? session.suggested_balance;
      if (wanted) this.balance = balanceOption((await balanceGet(wanted)).row);
      await this.read();
      if (this.stopped) await this.close();
      if (this.problem || !this.session) return;
      this.step = session.profile ? 'columns' : 'format';
      if (session.profile && this.balance && !this.preview?.missing.length) await this.#known();
    } catch (thrown) {
      if (own === this.#opening) this.#fail(thrown);
    } finally {
      if (own === this.#opening) {
        this.busy = false;
        this.opening = null;
      }
    }
  }

  /** Stops what runs. What was read so far is forgotten; nothing is stored. */
  async cancel(): Promise<void> {
    if (this.opening !== null) {
      this.#opening += 1;
      this.opening = null;
      this.busy = false;
      return;
    }
    if (!this.session || this.cancelling) return;
    this.cancelling = true;
    await importCancel(this.session.id).catch(() => null);
  }

  /** What somebody stopped is no failure. */
  #fail(thrown: unknown): void {
    const problem = BackendError.from(thrown);
    if (problem.code === 'CANCELLED') this.stopped = true;
    else this.problem = problem;
  }

  #begin(): void {
    this.progress = null;
    this.cancelling = false;
    this.stopped = false;
    this.problem = null;
  }

  #start(session: ImportSession): void {
    this.session = session;
    this.options = detected();
    this.balance = null;
    this.preview = null;
    this.plan = null;
    this.result = null;
    this.picked = null;
    this.leaveBad = false;
    this.acceptOther = false;
    this.acceptBalance = false;
    this.#retract();
    this.kept = [];
    this.remember = !session.profile;
    this.profile = session.profile ?? '';
    this.name = '';
  }

  /** What was agreed to was said of one reading into one balance, not of the next. */
  #retract(): void {
    this.acceptSameFile = false;
    this.acceptOpening = false;
    this.acceptLate = false;
    this.#sameOnly([], false);
  }

  /** A file whose mapping is remembered needs no more questions. */
  async #known(): Promise<void> {
    await this.check();
    if (this.plan) this.step = 'import';
  }

  /** Reads the file again under the options as they are. An answer that was overtaken is dropped. */
  async read(): Promise<void> {
    if (!this.session) return;
    const run = ++this.#run;
    this.reading = true;
    this.#begin();
    try {
      const preview = await importPreview(this.session.id, this.options, this.balance?.value ?? null);
      if (run !== this.#run) return;
      this.preview = preview;
      this.problem = null;
      if (!this.profile) this.profile = suggestedProfile(preview.file_name);
    } catch (thrown) {
      if (run === this.#run) this.#fail(thrown);
    } finally {
      if (run === this.#run) {
        this.reading = false;
        this.cancelling = false;
      }
    }
  }

  change(change: Partial<ImportOptions>): void {
    this.options = { ...this.options, ...change };
    this.#retract();
    this.plan = null;
    void this.read();
  }

  /** What was detected depends on what stands before it: another separator makes other columns. */
  changeDialect(key: string, value: string): void {
    const columnsGone = ['delimiter', 'sheet', 'header_line', 'encoding'].includes(key);
    const another = key === 'statement';
    if (columnsGone || another) this.#keepOnly([]);
    this.leaveBad = false;
    // What was said of one account of the file does not hold for another.
    if (another) this.#otherPlace();
    const typed = key === 'header_line' || key === 'statement' ? Number(value) : value;
    this.change({
      [key]: typed,
      ...(columnsGone ? { columns: null, repairs: [], leave_out: [] } : {}),
      ...(another ? { opening: null, closing: null } : {}),
    });
  }

  changeRole(index: number, role: string): void {
    if (!this.preview) return;
    this.change({
      columns: this.preview.columns.map((column) => (column.index === index ? role : column.role)),
    });
  }

  repair(line: number, column: number, value: string): void {
    const rest = this.options.repairs.filter((one) => one.line !== line || one.column !== column);
    this.change({ repairs: [...rest, { line, column, value }] });
  }

  leaveOut(line: number, out: boolean): void {
    const rest = this.options.leave_out.filter((one) => one !== line);
    this.change({ leave_out: out ? [...rest, line] : rest });
  }

  /** Takes one of several readings: its options are what tells it from the others. */
  pick(reading: Reading): void {
    const {
      encoding,
      delimiter,
      sheet,
      header_line,
      date_format,
      decimal_mark,
      sign_model,
      columns,
      currency,
    } = reading.options;
    const set = {
      encoding,
      delimiter,
      sheet,
      header_line,
      date_format,
      decimal_mark,
      sign_model,
      columns,
      currency,
    };
    this.picked = reading.index;
    this.leaveBad = false;
    this.change(Object.fromEntries(Object.entries(set).filter(([, value]) => value !== null)));
  }

  /** Takes a known line as new, or a line taken so as known again. */
  async keep(line: PlanLine): Promise<void> {
    if (this.busy) return;
    this.#keepOnly(toggled(this.kept, line));
    await this.check();
  }

  /** Takes a line that was asked about as stored already, or asks again. */
  async takeSame(line: PlanLine): Promise<void> {
    if (this.busy) return;
    this.#sameOnly(toggled(this.same, line), this.options.all_same);
    await this.check();
  }

  /** Takes every line that was asked about as stored already, or asks about all of them again. */
  async takeAllSame(all: boolean): Promise<void> {
    if (this.busy) return;
    this.acceptLate = false;
    this.#sameOnly([], all);
    await this.check();
  }

  #sameOnly(same: PlanLine[], all: boolean): void {
    this.same = same;
    this.options = { ...this.options, same: same.map((line) => line.line), all_same: all };
  }

  #keepOnly(kept: PlanLine[]): void {
    this.kept = kept;
    this.options = { ...this.options, keep_known: kept.map((line) => line.line) };
  }

  setBalance(balance: ComboOption | null): void {
    // What is known depends on the balance, and so does every choice about it.
    this.#keepOnly([]);
    this.#otherPlace();
    this.#retract();
    this.balance = balance;
    this.plan = null;
    void this.#again();
  }

  /** Reads under another choice; where the lines were compared before, they are compared again. */
  async #again(): Promise<void> {
    await this.read();
    if (['duplicates', 'import'].includes(this.step) && !this.problem && !this.stopped) await this.check();
  }

  /** What was agreed to, and the name that was suggested, belong to one account in one balance. */
  #otherPlace(): void {
    this.acceptOther = false;
    this.acceptBalance = false;
    if (this.name === this.#suggested) this.name = '';
  }

  /** What the import would do; also settles the suggested name. */
  async check(): Promise<void> {
    if (!this.session || !this.balance) return;
    this.busy = true;
    this.#begin();
    try {
      this.plan = await importPlan(this.session.id, this.options, this.balance.value);
      this.problem = null;
      if (!this.name) this.name = this.#suggested = this.plan.suggested_name;
    } catch (thrown) {
      this.plan = null;
      this.#fail(thrown);
    } finally {
      this.busy = false;
      this.cancelling = false;
    }
  }

  async commit(): Promise<void> {
    if (!this.session || !this.balance || this.busy) return;
    this.busy = true;
    this.storing = true;
    this.#begin();
    try {
      this.result = await importCommit({
        session: this.session.id,
        options: this.options,
        balance_id: this.balance.value,
        name: this.name.trim(),
        leave_out_bad_rows: this.leaveBad,
        save_profile: this.remember && this.profile.trim() ? this.profile.trim() : null,
        accept_other_account: this.acceptOther,
        accept_other_balance: this.acceptBalance,
        accept_same_file: this.acceptSameFile,
        accept_late_lines: this.acceptLate,
      });
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      this.busy = false;
      this.storing = false;
      this.cancelling = false;
    }
  }

  /** The engine forgets the bytes. A session that is already gone is no problem. */
  async close(): Promise<void> {
    const session = this.session;
    this.session = null;
    if (session) await importClose(session.id).catch(() => null);
  }

  /** What the opening of a statement that would be added is off the closing before; null: nothing to decide. */
  get openingApart(): string | null {
    return this.plan && !this.plan.nothing_new ? openingApart(this.plan.proof) : null;
  }

  /** Several readings fit, and nobody has picked one. */
  get unpicked(): boolean {
    return (this.preview?.readings.length ?? 0) > 1 && this.picked === null;
  }

  /** Why the next step cannot be taken, or null. */
  get blocked(): string | null {
    if (this.step === 'file') return this.session && this.preview ? null : 'Choose a file first';
    // A refused import may be tried again as it stands.
    if (this.problem && !(this.step === 'import' && this.plan)) return this.problem.message;
    if (this.stopped && this.step !== 'import') return 'Stopped. Read the file again to go on';
    if (!this.preview) return 'The file is being read';
    if (!this.balance) return 'Choose the balance the statement belongs to';
    if (this.step === 'format') return null;
    if (this.step === 'columns') return this.#columnsMissing();
    if (!this.plan) return 'The lines are being compared';
    if (this.plan.currency_problem) return this.plan.currency_problem;
    if (this.step === 'duplicates') return null;
    if (this.plan.account_warning && !this.acceptOther) return 'Say that the other account number is right';
    if (this.plan.balance_warning && !this.acceptBalance) return 'Say that the other balance is right';
    if (this.plan.same_file && !this.acceptSameFile) return 'Say that the lines are to be added again';
    if (this.plan.late && !this.acceptLate)
      return 'Say of the lines that are asked about whether they are new';
    const apart = this.openingApart;
    if (apart !== null && !this.acceptOpening)
      return `Say that the opening is right although it differs by ${amount(apart, this.plan.proof.exponent)}`;
    if (!this.name.trim()) return 'Enter a name for the statement';
    return this.leaveBad || !this.plan.bad_rows
      ? (this.plan.missing[0] ?? null)
      : (this.plan.missing[0] ?? 'Decide on the rows that could not be read');
  }

  #columnsMissing(): string | null {
    const preview = this.preview;
    if (!preview) return null;
    if (this.unpicked) return 'Several readings fit. Pick one.';
    if (!preview.missing.length) return null;
    // Rows that cannot be read stop the import only until they are left out as a whole.
    return this.leaveBad && preview.rows_bad > 0 && preview.missing.length === 1
      ? null
      : preview.missing.join(' ');
  }
}

/** A list with a line, or without it where it is there. */
function toggled(list: readonly PlanLine[], line: PlanLine): PlanLine[] {
  const rest = list.filter((one) => one.line !== line.line);
  return rest.length < list.length ? rest : [...rest, line];
}

/** The name of the file without dates and ending, as a first name of the mapping. */
export function suggestedProfile(fileName: string): string {
  const stem = fileName
    .replace(/\.[^.]+$/, '')
    .replace(/\d{4}[-_]?\d{2}([-_]?\d{2})?/g, ' ')
    .replace(/[-_\s]+/g, ' ')
    .trim();
  const kind = /\.([^.]+)$/.exec(fileName)?.[1]?.toUpperCase() ?? '';
  const name = `${stem.charAt(0).toUpperCase()}${stem.slice(1)} ${kind}`.trim();
  return name || 'Statement';
}

export async function searchBalances(text: string, currency: string | null): Promise<ComboOption[]> {
  return (await balanceSearch(text, currency)).map(balanceOption);
}
