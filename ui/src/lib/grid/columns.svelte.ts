import { readStored, writeStored } from '../settings';
import { planColumns } from './layout';
import { headWidth } from './measure';
import type { Column } from './types';

interface Stored {
  order: string[];
  widths: Record<string, number>;
  hidden: string[];
  /** Columns at the left that stay while the rest moves sideways. */
  frozen: number;
}

const fresh = (): Stored => ({ order: [], widths: {}, hidden: [], frozen: 0 });

const LEAST = 48;
/** "2 hidden", which stands beside the last head. */
const HIDDEN_NOTE = 58;
const SAVE_AFTER_MS = 300;

/** Which columns show, in what order and how wide; remembered per view and per book. */
export class ColumnSet<Row> {
  #stored: Stored = $state(fresh());
  /** A saved view has columns of its own. */
  #profile = '';
  #loaded = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Room for columns in px. */
  available = $state(1000);

  constructor(
    private readonly columns: () => Column<Row>[],
    private readonly id: string,
    private readonly book: () => string | null,
    /** Width an amount column needs for what it holds and for its head. */
    private readonly need: (column: Column<Row>) => number,
    /** Widths are given and kept for text at 100 %. */
    private readonly scale: () => number = () => 1,
  ) {}

  /** Every column in the chosen order, shown or not. */
  all = $derived.by(() => {
    const order = this.#stored.order;
    const rank = (column: Column<Row>, at: number): number => {
      const stored = order.indexOf(column.id);
      return stored < 0 ? at + 0.5 : stored;
    };
    return this.columns()
      .map((column, at) => ({ column, rank: rank(column, at) }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ column }) => column);
  });

  isHidden(column: Column<Row>): boolean {
    const touched = this.#stored.order.includes(column.id) || column.id in this.#stored.widths;
    return this.#stored.hidden.includes(column.id) || (!touched && (column.hidden ?? false));
  }

  /** Width that a person gave, or the one the column comes with. */
  width(column: Column<Row>): number {
    return Math.max(this.#stored.widths[column.id] ?? column.width, LEAST) * this.scale();
  }

  #room(column: Column<Row>) {
    const own = this.#stored.widths[column.id];
    const need = Math.max(LEAST, this.need(column));
    const ideal = Math.max(this.width(column), need);
    // An amount needs the room of what it holds; a text can be read in less than the width it comes with.
    const least =
      column.min === undefined && column.money ? need : (column.min ?? column.width) * this.scale();
    return {
      id: column.id,
      priority: column.priority ?? 1,
      ideal,
      min: own === undefined ? Math.max(need, Math.min(ideal, least)) : ideal,
      money: column.money !== undefined,
      grow: (column.grow ?? false) && own === undefined,
      first: column.first ?? false,
      pair: column.pair,
    };
  }

  /** Px a column can have at most: those that always show beside it keep the least they can be read in. */
  most(column: Column<Row>): number {
    const others = this.chosen.filter((other) => other.priority === 0 && other.id !== column.id);
    const least = (other: Column<Row>): number => (other.money ? LEAST : (other.min ?? other.width));
    const own = (other: Column<Row>): number => this.#stored.widths[other.id] ?? least(other);
    return this.available - others.reduce((sum, other) => sum + own(other) * this.scale(), 0);
  }

  /** The columns a person has not hidden, also those that have no room now. */
  chosen = $derived(this.all.filter((column) => !this.isHidden(column)));
  #plan = $derived.by(() => {
    const rooms = this.chosen.map((column) => this.#room(column));
    for (;;) {
      const plan = planColumns(rooms, this.available, this.frozen);
      const last = this.chosen.findLastIndex((column) => plan.shown.has(column.id));
      const [column, room] = [this.chosen[last], rooms[last]];
      if (!column || !room || plan.shown.size === rooms.length) return plan;
      // How many are hidden is said beside the last head, which must have room for both. A column that then has none
      // is hidden in its turn, and another one is the last.
      const least = (headWidth(column.head, !!column.sortable) + HIDDEN_NOTE) * this.scale();
      if ((plan.widths.get(column.id) ?? 0) >= least || room.min >= least) return plan;
      rooms[last] = { ...room, min: least, ideal: Math.max(room.ideal, least) };
    }
  });
  shown = $derived(this.chosen.filter((column) => this.#plan.shown.has(column.id)));
  crowdedOut = $derived(this.chosen.length - this.shown.length);
  /** Width in px of all columns on screen. */
  total = $derived(this.#plan.total);
  /** For `grid-template-columns`. */
  template = $derived(this.shown.map((column) => `${this.planned(column.id)}px`).join(' '));
  /** Where each frozen column begins, in px from the first. */
  stays = $derived.by(() => {
    const starts = new Map<string, number>();
    let at = 0;
    for (const column of this.shown.slice(0, this.frozen)) {
      starts.set(column.id, at);
      at += this.planned(column.id);
    }
    return starts;
  });

  get frozen(): number {
    return Math.min(this.#stored.frozen, this.chosen.length);
  }

  planned(id: string): number {
    return this.#plan.widths.get(id) ?? 0;
  }

  freeze(count: number): void {
    this.#settle();
    this.#stored.frozen = Math.max(0, Math.round(count));
    this.#save();
  }

  #key(): string {
    return `columns/${this.id}${this.#profile ? `/${this.#profile}` : ''}`;
  }

  /** The columns of a saved view, or with '' the grid's own. `asNow` starts a new one with what is on screen. */
  async use(profile: string, asNow = false): Promise<void> {
    if (profile === this.#profile) return;
    this.#write();
    this.#profile = profile;
    if (asNow) {
      this.#settle();
      this.#save();
    } else await this.load();
  }

  async load(): Promise<void> {
    const key = this.#key();
    const stored = await readStored<Partial<Stored>>(key, this.book());
    if (key !== this.#key()) return;
    this.#stored = { ...fresh(), ...stored };
    this.#loaded = true;
  }

  #save(): void {
    if (!this.#loaded) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#write(), SAVE_AFTER_MS);
  }

  /** Writes a change that waits to be written. */
  #write(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void writeStored(this.#key(), this.#stored, this.book());
  }

  /** Writes the present order down, after which columns keep their place. */
  #settle(): void {
    const hidden = this.all.filter((column) => this.isHidden(column)).map((column) => column.id);
    this.#stored.order = this.all.map((column) => column.id);
    this.#stored.hidden = hidden;
  }

  resize(id: string, width: number): void {
    this.#settle();
    this.#stored.widths = { ...this.#stored.widths, [id]: Math.max(LEAST, Math.round(width / this.scale())) };
    this.#save();
  }

  toggle(id: string): void {
    this.#settle();
    const { hidden } = this.#stored;
    this.#stored.hidden = hidden.includes(id) ? hidden.filter((other) => other !== id) : [...hidden, id];
    this.#save();
  }

  /** Moves a column before another, or one step. */
  move(id: string, to: string | -1 | 1): void {
    this.#settle();
    const order = this.#stored.order.filter((other) => other !== id);
    const from = this.#stored.order.indexOf(id);
    const at = typeof to === 'string' ? order.indexOf(to) : Math.min(order.length, Math.max(0, from + to));
    order.splice(at, 0, id);
    this.#stored.order = order;
    this.#save();
  }

  reset(): void {
    this.#stored = fresh();
    this.#save();
  }
}
