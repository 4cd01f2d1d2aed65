import { BackendError } from '$lib/backend';
import type { DeskDone } from '$lib/backend/types/DeskDone';
import type { DeskEffect } from '$lib/backend/types/DeskEffect';
import type { DeskEntries } from '$lib/backend/types/DeskEntries';
import type { DeskEntry } from '$lib/backend/types/DeskEntry';
import type { DeskFilter } from '$lib/backend/types/DeskFilter';
import type { DeskFocus } from '$lib/backend/types/DeskFocus';
import type { DeskHeader } from '$lib/backend/types/DeskHeader';
import type { DeskLine } from '$lib/backend/types/DeskLine';
import type { DeskSort } from '$lib/backend/types/DeskSort';
import type { DifferencePosting } from '$lib/backend/types/DifferencePosting';
import type { EntrySign } from '$lib/backend/types/EntrySign';
import type { Suggestion } from '$lib/backend/types/Suggestion';
import { isZero } from '$lib/money';
import type { ComboOption } from '$lib/parts';
import { Loaded } from '../common/loaded.svelte';
import * as api from '../reconcile/api';
import { Paged } from './paged.svelte';

/** A row of the right pane. */
export type EntryRow =
  | { kind: 'suggestion'; suggestion: Suggestion }
  | { kind: 'alternative'; at: number; suggestion: Suggestion; open: boolean }
  | { kind: 'unmatched'; total: number }
  | { kind: 'outstanding'; total: number; sum: string }
  | { kind: 'entry'; entry: DeskEntry; of: 'suggestion' | 'alternative' | 'unmatched' | 'outstanding' }
  | { kind: 'confirmed' }
  | { kind: 'waiting' };

export interface Resolved {
  line: DeskLine;
  text: string;
  action: string;
}

const EFFECT_WAIT_MS = 40;
const RESOLVED_SHOWN = 3;

/** What is open on the desk: the lines, the entries for the focused one, and the match being put together. */
export class Desk {
  readonly header: Loaded<DeskHeader>;
  readonly lines: Paged<DeskLine>;
  readonly entries: Paged<DeskEntry>;
  filter: DeskFilter = $state('review');
  sort: DeskSort = $state('position');
  descending = $state(false);
  text = $state('');
  tier = $state('');
  entryText = $state('');
  sign: EntrySign = $state('any');
  /** Last day of the entries; null: the period of the statement. */
  toDate: string | null = $state(null);
  /** Also entries of the 30 days around the period. */
  earlier = $state(false);
  later = $state(false);
  cursor = $state(0);
  entryCursor = $state(0);
  focus: DeskFocus | null = $state.raw(null);
  focusProblem: BackendError | null = $state.raw(null);
  frame: DeskEntries | null = $state.raw(null);
  openAlternatives: number[] = $state([]);
  /** Lines added with Space; empty: the focused line alone. */
  pickedLines: DeskLine[] = $state.raw([]);
  /** Entries chosen by hand; null: those of the suggestion. */
  pickedEntries: DeskEntry[] | null = $state.raw(null);
  effect: DeskEffect | null = $state.raw(null);
  against: ComboOption | null = $state.raw(null);
  differenceText = $state('');
  differenceOpen = $state(false);
  busy = $state(false);
  resolved: Resolved[] = $state.raw([]);
  #focusRun = 0;
  #effectRun = 0;
  #effectTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly statement: string) {
    this.header = new Loaded(() => api.desk(statement));
    this.lines = new Paged(async (offset, limit) => {
      const page = await api.deskLines({
        statement_id: statement,
        filter: this.filter,
        text: this.text.trim() || null,
        tier: this.tier || null,
        sort: this.sort,
        descending: this.descending,
        offset,
        limit,
      });
      return { rows: page.lines, total: page.total };
    });
    this.entries = new Paged(async (offset, limit) => {
      const page = await api.deskEntries({
        statement_id: statement,
        line_id: this.line?.id ?? null,
        text: this.entryText.trim() || null,
        sign: this.sign,
        to_date: this.toDate,
        earlier: this.earlier,
        any_age: this.header.value?.opening_early ?? false,
        later: this.later,
        offset,
        limit,
      });
      this.frame = page;
      return { rows: page.unmatched, total: page.unmatched_total };
    });
  }

  get line(): DeskLine | null {
    return this.lines.at(this.cursor) ?? null;
  }

  get suggestion(): Suggestion | null {
    return this.focus && this.focus.line.id === this.line?.id ? this.focus.suggestion : null;
  }

  get basketLines(): DeskLine[] {
    if (this.pickedLines.length) return this.pickedLines;
    return this.line && !this.line.match_id ? [this.line] : [];
  }

  get basketEntries(): DeskEntry[] {
    return this.pickedEntries ?? (this.choose ? [] : this.suggestion?.entries) ?? [];
  }

  /** Several entries are as good: none is in the match before a person picked one. */
  get choose(): boolean {
    return this.suggestion !== null && (this.focus?.choose ?? false);
  }

  /** The entries to choose from, the suggested one first. */
  get candidates(): DeskEntry[] {
    if (!this.choose || !this.focus) return [];
    return [
      ...(this.focus.suggestion?.entries ?? []),
      ...this.focus.alternatives.flatMap((one) => one.entries),
    ];
  }

  /** Put together by hand: J and K do not lose it. */
  get byHand(): boolean {
    return this.pickedLines.length > 0 || this.pickedEntries !== null;
  }

  get signed(): boolean {
    return this.header.value?.statement.state === 'signed';
  }

  inBasket(entry: DeskEntry): boolean {
    return this.basketEntries.some((one) => one.id === entry.id);
  }

  /** The chosen lines come to nothing, without any entry. */
  get noMoney(): boolean {
    return this.basketEntries.length === 0 && this.basketLines.length > 0 && this.effect?.line_total === '0';
  }

  get ready(): boolean {
    const effect = this.effect;
    if (!effect || effect.problem || !this.basketLines.length) return false;
    // Where no money moved there is no entry to match.
    if (!this.basketEntries.length) return this.noMoney;
    return effect.ties || (this.differenceOpen && this.against !== null);
  }

  /** Everything read anew, the cursor kept on its line where it still is. */
  async refresh(keep: string | null = this.line?.id ?? null): Promise<void> {
    await Promise.all([this.header.load(), this.lines.reload()]);
    const at = keep ? this.lines.find((line) => line.id === keep) : -1;
    if (at >= 0) this.cursor = at;
    this.cursor = Math.max(0, Math.min(this.cursor, this.lines.total - 1));
    await this.focusLine();
  }

  async restart(): Promise<void> {
    this.cursor = 0;
    this.resetBasket();
    await this.lines.restart();
    await this.focusLine();
  }

  move(to: number): void {
    const next = Math.max(0, Math.min(this.lines.total - 1, to));
    if (next === this.cursor) return;
    this.cursor = next;
    this.lines.want(next - 30, next + 30);
    if (!this.pickedLines.length) this.resetBasket();
    void this.focusLine();
  }

  async focusLine(): Promise<void> {
    const run = ++this.#focusRun;
    const line = this.line;
    this.entryCursor = 0;
    this.openAlternatives = [];
    if (!line) {
      this.focus = null;
      await this.entries.reload();
      this.#askEffect();
      return;
    }
    try {
      const [focus] = await Promise.all([api.deskFocus(line.id), this.entries.restart()]);
      if (run !== this.#focusRun) return;
      this.focus = focus;
      this.focusProblem = null;
      if (focus.choose) this.openAlternatives = focus.alternatives.map((_, at) => at);
    } catch (thrown) {
      if (run === this.#focusRun) this.focusProblem = BackendError.from(thrown);
    }
    this.#askEffect();
  }

  async filterEntries(): Promise<void> {
    this.entryCursor = 0;
    await this.entries.restart();
  }

  /** The whole right pane as a list of rows of one height; only its unmatched part is paged. */
  get rowCount(): number {
    return this.#head.length + this.#unmatchedRows + this.#tail.length;
  }

  rowAt(index: number): EntryRow | null {
    const head = this.#head;
    if (index < head.length) return head[index] ?? null;
    const at = index - head.length;
    if (at < this.#unmatchedRows) {
      const entry = this.entries.at(at);
      return entry ? { kind: 'entry', entry, of: 'unmatched' } : { kind: 'waiting' };
    }
    return this.#tail[at - this.#unmatchedRows] ?? null;
  }

  wantRows(from: number, to: number): void {
    const start = this.#head.length;
    this.entries.want(Math.max(0, from - start), Math.max(0, to - start));
  }

  get #unmatchedRows(): number {
    return this.focus?.confirmed ? 0 : this.entries.total;
  }

  #head: EntryRow[] = $derived.by(() => {
    const focus = this.focus;
    const rows: EntryRow[] = [];
    if (focus?.confirmed) {
      rows.push({ kind: 'confirmed' });
      for (const entry of focus.confirmed.entries) rows.push({ kind: 'entry', entry, of: 'suggestion' });
      return rows;
    }
    if (focus?.suggestion) {
      rows.push({ kind: 'suggestion', suggestion: focus.suggestion });
      for (const entry of focus.suggestion.entries) rows.push({ kind: 'entry', entry, of: 'suggestion' });
    }
    for (const [at, suggestion] of (focus?.alternatives ?? []).entries()) {
      const open = this.openAlternatives.includes(at);
      rows.push({ kind: 'alternative', at, suggestion, open });
      if (open)
        for (const entry of suggestion.entries) rows.push({ kind: 'entry', entry, of: 'alternative' });
    }
    rows.push({ kind: 'unmatched', total: this.entries.total });
    return rows;
  });

  #tail: EntryRow[] = $derived.by(() => {
    const frame = this.frame;
    if (!frame?.outstanding_total || this.focus?.confirmed) return [];
    const rows: EntryRow[] = [
      { kind: 'outstanding', total: frame.outstanding_total, sum: frame.outstanding_sum },
    ];
    for (const entry of frame.outstanding) rows.push({ kind: 'entry', entry, of: 'outstanding' });
    return rows;
  });

  toggleAlternative(at: number): void {
    this.openAlternatives = this.openAlternatives.includes(at)
      ? this.openAlternatives.filter((one) => one !== at)
      : [...this.openAlternatives, at];
  }

  toggleEntry(entry: DeskEntry): void {
    const now = this.basketEntries;
    const among = (one: DeskEntry) => this.candidates.some((other) => other.id === one.id);
    // One of several that are as good takes the place of the one picked before.
    const rest = among(entry) ? now.filter((one) => !among(one)) : now;
    this.pickedEntries = this.inBasket(entry) ? now.filter((one) => one.id !== entry.id) : [...rest, entry];
    this.#askEffect();
  }

  toggleLine(line: DeskLine): void {
    if (line.match_id) return;
    const there = this.pickedLines.some((one) => one.id === line.id);
    // The entries in view stay with the match when its lines grow.
    if (!there) this.pickedEntries = this.basketEntries;
    this.pickedLines = there
      ? this.pickedLines.filter((one) => one.id !== line.id)
      : [...this.pickedLines, line];
    if (!this.pickedLines.length) this.pickedEntries = null;
    this.#askEffect();
  }

  takeEntries(entries: DeskEntry[]): void {
    this.pickedEntries = entries;
    this.#askEffect();
  }

  resetBasket(): void {
    this.pickedLines = [];
    this.pickedEntries = null;
    this.differenceOpen = false;
    this.against = null;
    this.differenceText = '';
    this.#askEffect();
  }

  #askEffect(): void {
    clearTimeout(this.#effectTimer);
    this.#effectTimer = setTimeout(() => void this.#readEffect(), EFFECT_WAIT_MS);
  }

  async #readEffect(): Promise<void> {
    const run = ++this.#effectRun;
    const lines = this.basketLines.map((line) => line.id);
    const entries = this.basketEntries.map((entry) => entry.id);
    if (!lines.length) {
      this.effect = null;
      return;
    }
    try {
      const effect = await api.deskEffect(this.statement, lines, entries);
      if (run !== this.#effectRun) return;
      this.effect = effect;
      if (isZero(effect.difference)) this.differenceOpen = false;
      if (this.differenceOpen && !this.differenceText) this.differenceText = this.defaultText;
    } catch {
      // Without the figures nothing can be accepted; the next change of the match asks again.
      if (run === this.#effectRun) this.effect = null;
    }
  }

  get defaultText(): string {
    return `Difference, ${this.basketLines[0]?.description ?? ''}`.slice(0, 120);
  }

  get difference(): DifferencePosting | null {
    if (!this.effect || this.effect.ties || !this.against) return null;
    return {
      against: this.against.value,
      description: this.differenceText.trim() || this.defaultText,
      amount: this.effect.difference,
      effective_date: null,
      signed_reason: null,
    };
  }

  /** Does something to the desk and shows what became of it; the cursor goes where the engine says. */
  async act(work: () => Promise<DeskDone>, line: DeskLine | null = null): Promise<DeskDone> {
    this.busy = true;
    try {
      const done = await work();
      if (line) {
        const rest = this.resolved.filter((one) => one.line.id !== line.id);
        this.resolved = [{ line, text: done.text, action: done.action_id }, ...rest].slice(0, RESOLVED_SHOWN);
      }
      // Something else was done: what is open again was not resolved.
      else this.resolved = [];
      this.resetBasket();
      this.entryText = '';
      await this.refresh(this.filter === 'review' ? done.next_line_id : (this.line?.id ?? null));
      return done;
    } finally {
      this.busy = false;
    }
  }
}
