import { BackendError } from '../backend';
import { Layout } from './layout';
import {
  countSelected,
  everything,
  isSelected,
  nothing,
  only,
  sameFilter,
  toggled,
  withRange,
} from './selection';
import {
  type Filter,
  type GridGroup,
  type GridQuery,
  type GridSource,
  PAGE,
  RANGE_LIMIT,
  type Selection,
  type TotalsRow,
} from './types';

/** How long a changed row is marked. */
const FLASH_MS = 1_400;

/** The part of a grid that Back restores. */
export interface GridMemory {
  query: GridQuery;
  scrollTop: number;
  line: number;
  column: number;
  selection: Selection;
}

export const freshMemory = (filters: Filter[] = [], sort: GridQuery['sort'] = []): GridMemory => ({
  query: { text: '', filters, sort },
  scrollTop: 0,
  line: 0,
  column: 0,
  selection: nothing(),
});

/** Data, filter and selection of a grid: what is loaded, what is on the way, what is chosen. */
export class GridModel<Row> {
  total: number | null = $state(null);
  /** First rows that are shown while the length of the list is not known yet. */
  begun: number | null = $state(null);
  /** Whether there is anything to show: rows, or that there are none. */
  here = $derived(this.total !== null || this.begun !== null);
  problem: BackendError | null = $state(null);
  totals: TotalsRow[] = $state.raw([]);
  counting = $state(false);
  groups: GridGroup[] | null = $state.raw(null);
  folded: ReadonlySet<string> = $state.raw(new Set());
  hiddenSelected = $state(0);
  /** Keys of rows that were just found changed. */
  flashing: ReadonlySet<string> = $state.raw(new Set());
  /** Length of the list in the book when it is longer than what is on screen. */
  #newest: number | null = $state(null);
  /** Rows that came since the list was read and wait to be shown. */
  waiting = $derived(
    this.#newest !== null && this.total !== null ? Math.max(0, this.#newest - this.total) : 0,
  );
  selection: Selection = $state.raw(nothing());
  query: GridQuery = $state.raw({ text: '', filters: [], sort: [] });
  #pages: ReadonlyMap<number, Row[]> = $state.raw(new Map());
  #unfolded: ReadonlyMap<string, { index: number; rows: Row[] }> = $state.raw(new Map());
  #loading = new Map<number, AbortController>();
  #totalsRun: AbortController | undefined;
  #totalsTimer: ReturnType<typeof setTimeout> | undefined;
  #groupsRun: AbortController | undefined;
  #centre = 0;
  /** Rows behind chosen keys, for copying and for the caller, even after their page was dropped. */
  #chosen = new Map<string, Row>();
  #generation = 0;
  /** Counts what somebody chooses, so that a range whose rows are read late takes nothing back. */
  #choice = 0;
  /** Pages that are being read again: those of before stand until then. */
  #replacing = new Set<number>();
  /** Content of rows before a change in the book, by key. */
  #before = new Map<string, string>();
  #flashTimer: ReturnType<typeof setTimeout> | undefined;

  layout = $derived(
    new Layout<Row>({
      total: this.total ?? this.begun ?? 0,
      groups: this.groups,
      folded: this.folded,
      unfolded: new Map([...this.#unfolded.values()].map(({ index, rows }) => [index, rows])),
    }),
  );
  loaded = $derived([...this.#pages].sort(([a], [b]) => a - b).flatMap(([, rows]) => rows));
  /** Rows on hand, those unfolded below others included. */
  known = $derived([...this.loaded, ...[...this.#unfolded.values()].flatMap(({ rows }) => rows)]);
  selectedCount = $derived(countSelected(this.selection, this.total ?? 0));

  constructor(
    private readonly source: () => GridSource<Row>,
    private readonly key: (row: Row) => string,
    private readonly onselection: (selection: Selection) => void,
    /** A selection of so many rows could not be kept when the filter changed. */
    private readonly ondropped: (rows: number) => void = () => {},
  ) {}

  row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  isUnfolded(row: Row): boolean {
    return this.#unfolded.has(this.key(row));
  }

  /** Makes the rows around an index present: its page and one each way, at most 600 rows. */
  want(index: number): void {
    this.#centre = Math.max(0, Math.floor(index / PAGE));
    const last = this.total === null ? 0 : Math.max(0, Math.ceil(this.total / PAGE) - 1);
    const wanted = [this.#centre, this.#centre + 1, this.#centre - 1].filter(
      (page) => page >= 0 && page <= last,
    );
    for (const [page, run] of this.#loading) {
      if (wanted.includes(page)) continue;
      run.abort();
      this.#loading.delete(page);
    }
    for (const page of wanted) if (!this.#pages.has(page) && !this.#loading.has(page)) void this.#load(page);
  }

  async #load(page: number): Promise<void> {
    const run = new AbortController();
    const generation = this.#generation;
    this.#loading.set(page, run);
    try {
      if (page === 0 && this.total === null) await this.#begin(run.signal);
      if (run.signal.aborted) return;
      const answer = await this.source().page(page * PAGE, PAGE, this.query, run.signal);
      if (run.signal.aborted || generation !== this.#generation) return;
      const grew = this.total !== answer.total;
      // Rows that came or went since the other pages were read moved the places of all others.
      const moved = grew && this.total !== null && !this.#replacing.has(page);
      const kept = [...this.#pages].filter(
        ([other]) => !moved && Math.abs(other - this.#centre) <= 1 && other !== page,
      );
      this.#replacing.delete(page);
      this.#flash(answer.rows);
      this.#pages = new Map([...kept, [page, answer.rows]]);
      this.total = answer.total;
      this.begun = null;
      this.problem = null;
      for (const row of answer.rows)
        if (this.#chosen.has(this.key(row))) this.#chosen.set(this.key(row), row);
      this.#loading.delete(page);
      if (grew) this.want(this.#centre * PAGE);
    } catch (thrown) {
      if (run.signal.aborted || generation !== this.#generation) return;
      this.problem = BackendError.from(thrown);
    } finally {
      if (this.#loading.get(page) === run) this.#loading.delete(page);
    }
  }

  /** Shows the first rows of a long list before it is counted. */
  async #begin(signal: AbortSignal): Promise<void> {
    const rows = await this.source().start?.(PAGE, this.query, signal);
    if (!rows || signal.aborted) return;
    this.#pages = new Map([[0, rows]]);
    this.begun = rows.length;
  }

  /**
   * Something changed in the book. What is on screen is read again in its place and flashes where it differs; rows
   * that came do not move what somebody looks at.
   */
  async changed(atTop: boolean): Promise<void> {
    if (this.total === null || atTop) return this.#reread();
    const run = new AbortController();
    const generation = this.#generation;
    try {
      const { total } = await this.source().page(0, 1, this.query, run.signal);
      if (generation !== this.#generation) return;
      if (total <= this.total) return this.#reread();
      this.#newest = total;
      this.refreshTotals();
    } catch {
      // The rows on screen are as they were; the next reading tells what is wrong.
    }
  }

  #reread(): void {
    this.#before = new Map(this.loaded.map((row) => [this.key(row), JSON.stringify(row)]));
    this.reload();
  }

  #flash(rows: Row[]): void {
    if (!this.#before.size) return;
    const keys = rows
      .filter((row) => (this.#before.get(this.key(row)) ?? JSON.stringify(row)) !== JSON.stringify(row))
      .map(this.key);
    for (const row of rows) this.#before.delete(this.key(row));
    if (!keys.length) return;
    this.flashing = new Set([...this.flashing, ...keys]);
    clearTimeout(this.#flashTimer);
    this.#flashTimer = setTimeout(() => (this.flashing = new Set()), FLASH_MS);
  }

  /** Reads everything again. `keep` leaves the old rows on screen until the new ones are here. */
  reload(keep = true): void {
    this.#generation += 1;
    for (const run of this.#loading.values()) run.abort();
    this.#loading.clear();
    this.problem = null;
    this.#newest = null;
    if (!keep) {
      this.#before.clear();
      this.#pages = new Map();
      this.total = null;
      this.begun = null;
    }
    this.#unfolded = new Map();
    void this.#loadGroups();
    const pages = keep && this.#pages.size ? [...this.#pages.keys()] : [this.#centre];
    this.#replacing = new Set(pages);
    for (const page of pages) void this.#load(page);
    this.refreshTotals();
  }

  async #loadGroups(): Promise<void> {
    this.#groupsRun?.abort();
    const { groups } = this.source();
    if (!groups) {
      this.groups = null;
      return;
    }
    const run = new AbortController();
    this.#groupsRun = run;
    try {
      const found = await groups(this.query, run.signal);
      if (!run.signal.aborted) this.groups = found;
    } catch (thrown) {
      if (!run.signal.aborted) this.problem = BackendError.from(thrown);
    }
  }

  refreshTotals(): void {
    this.#totalsRun?.abort();
    clearTimeout(this.#totalsTimer);
    const { totals, hidden } = this.source();
    if (!totals && !hidden) return;
    const run = new AbortController();
    this.#totalsRun = run;
    this.counting = true;
    this.#totalsTimer = setTimeout(async () => {
      const chosen = this.selectedCount > 0 ? this.selection : null;
      try {
        const [rows, out] = await Promise.all([
          totals?.(this.query, chosen, run.signal) ?? [],
          chosen ? (hidden?.(this.query, chosen, run.signal) ?? 0) : 0,
        ]);
        if (run.signal.aborted) return;
        this.totals = rows;
        this.hiddenSelected = out;
        this.counting = false;
      } catch {
        // The rows are still right. The strip keeps saying that it counts, and Try again belongs to the grid.
      }
    }, 40);
  }

  setQuery(query: GridQuery): void {
    const { selection } = this;
    const outlived = selection.mode === 'filter' && !sameFilter(selection.query, query) ? selection : null;
    // Rows and their number belong to the filter of before; they are read before it is forgotten.
    const all = outlived && this.total !== null && this.loaded.length === this.total ? this.loaded : null;
    const count = this.selectedCount;
    this.query = query;
    this.#centre = 0;
    if (outlived) this.#outlive(outlived, all, count);
    this.reload(false);
  }

  /**
   * A selection by filter means the rows of the filter it was made under. Under another filter these rows are named
   * one by one; more than can be named are given up, and said to be.
   */
  #outlive(selection: Selection & { mode: 'filter' }, all: Row[] | null, count: number): void {
    if (all) {
      this.#name(selection, all);
      return;
    }
    const gap = nothing();
    this.#set(gap);
    void this.#rowsOf(selection.query).then((rows) => {
      // What was chosen in the meantime is what somebody wants now.
      if (this.selection !== gap) return;
      if (rows) this.#name(selection, rows);
      else this.ondropped(count);
    });
  }

  #name(selection: Selection, rows: readonly Row[]): void {
    const chosen = rows.filter((row) => isSelected(selection, this.key(row)));
    for (const row of chosen) this.#chosen.set(this.key(row), row);
    this.#set({ mode: 'some', keys: new Set(chosen.map(this.key)) });
  }

  /** Every row of a filter, or null when there are too many or they cannot be read. */
  async #rowsOf(query: GridQuery): Promise<Row[] | null> {
    const source = this.source();
    const { signal } = new AbortController();
    const rows: Row[] = [];
    try {
      for (;;) {
        const answer = source.rows
          ? await source.rows(query, RANGE_LIMIT, signal)
          : await source.page(rows.length, PAGE, query, signal);
        if (answer.total > RANGE_LIMIT) return null;
        rows.push(...answer.rows);
        if (rows.length >= answer.total) return rows;
        if (source.rows || !answer.rows.length) return null;
      }
    } catch {
      return null;
    }
  }

  fold(key: string): void {
    if (this.groups?.find((group) => group.key === key)?.divider) return;
    const next = new Set(this.folded);
    if (!next.delete(key)) next.add(key);
    this.folded = next;
  }

  async unfold(index: number, children: (row: Row) => Promise<Row[]>): Promise<void> {
    const row = this.row(index);
    if (row === undefined) return;
    const generation = this.#generation;
    const rows = await children(row);
    if (generation !== this.#generation) return;
    this.#unfolded = new Map([...this.#unfolded, [this.key(row), { index, rows }]]);
  }

  foldRow(row: Row): void {
    const next = new Map(this.#unfolded);
    next.delete(this.key(row));
    this.#unfolded = next;
  }

  // Selection

  isSelected(row: Row): boolean {
    return isSelected(this.selection, this.key(row));
  }

  #set(selection: Selection): void {
    this.#choice += 1;
    this.selection = selection;
    if (selection.mode === 'some') {
      for (const key of this.#chosen.keys()) if (!selection.keys.has(key)) this.#chosen.delete(key);
    } else this.#chosen.clear();
    this.onselection(selection);
    this.refreshTotals();
  }

  selectOnly(row: Row): void {
    this.#chosen.set(this.key(row), row);
    this.#set(only(this.key(row)));
  }

  toggle(row: Row): void {
    this.#chosen.set(this.key(row), row);
    this.#set(toggled(this.selection, this.key(row)));
  }

  selectAll(): void {
    this.#set(everything(this.query));
  }

  clearSelection(): void {
    if (this.selection.mode === 'some' && this.selection.keys.size === 0) return;
    this.#set(nothing());
  }

  restoreSelection(selection: Selection): void {
    this.selection = selection;
  }

  /** Chooses every data row between two indices; answers how many could not be because the range is too long. */
  async selectRange(from: number, to: number, replace: boolean): Promise<number> {
    this.#choice += 1;
    const { query } = this;
    const choice = this.#choice;
    const start = Math.min(from, to);
    const end = Math.max(from, to) + 1;
    const rows = await this.rowsBetween(start, Math.min(end, start + RANGE_LIMIT));
    // While rows were read, something else was chosen or the list became another one.
    if (choice !== this.#choice || query !== this.query) return 0;
    for (const row of rows) this.#chosen.set(this.key(row), row);
    this.#set(withRange(replace ? nothing() : this.selection, rows.map(this.key)));
    return Math.max(0, end - start - RANGE_LIMIT);
  }

  /** Rows by index, read from the source where they are not in memory. */
  async rowsBetween(start: number, end: number): Promise<Row[]> {
    const out: Row[] = [];
    for (let at = start; at < end; ) {
      const page = Math.floor(at / PAGE);
      const stop = Math.min(end, (page + 1) * PAGE);
      const held = this.#pages.get(page);
      const rows =
        held ?? (await this.source().page(page * PAGE, PAGE, this.query, new AbortController().signal)).rows;
      out.push(...rows.slice(at - page * PAGE, stop - page * PAGE));
      at = stop;
    }
    return out;
  }

  /** Chosen rows whose content is known here. For select-all these are read, up to the range limit. */
  async chosenRows(): Promise<Row[]> {
    if (this.selection.mode === 'some') return this.knownChosen();
    const rows = await this.rowsBetween(0, Math.min(this.total ?? 0, RANGE_LIMIT));
    return rows.filter((row) => this.isSelected(row));
  }

  /** In the order of the grid; those that are not on hand come after. */
  knownChosen(): Row[] {
    if (this.selection.mode !== 'some') return this.loaded.filter((row) => this.isSelected(row));
    const here = this.loaded.filter((row) => this.isSelected(row));
    const keys = new Set(here.map(this.key));
    return [
      ...here,
      ...[...this.#chosen.values()].filter((row) => this.isSelected(row) && !keys.has(this.key(row))),
    ];
  }

  stop(): void {
    this.#generation += 1;
    for (const run of this.#loading.values()) run.abort();
    this.#totalsRun?.abort();
    this.#groupsRun?.abort();
    clearTimeout(this.#totalsTimer);
    clearTimeout(this.#flashTimer);
  }
}
