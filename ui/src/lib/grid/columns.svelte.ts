import { readStored, writeStored } from '../settings';
import { fitColumns } from './layout';
import type { Column } from './types';

interface Stored {
  order: string[];
  widths: Record<string, number>;
  hidden: string[];
}

const LEAST = 48;
const SAVE_AFTER_MS = 300;

/** Which columns show, in what order and how wide; remembered per view and per book. */
export class ColumnSet<Row> {
  #stored: Stored = $state({ order: [], widths: {}, hidden: [] });
  #loaded = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Room for columns in px. */
  available = $state(1000);

  constructor(
    private readonly columns: () => Column<Row>[],
    private readonly id: string,
    private readonly book: () => string | null,
    /** Width an amount column needs for what it holds. */
    private readonly need: (column: Column<Row>) => number,
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

  width(column: Column<Row>): number {
    const own = this.#stored.widths[column.id] ?? column.width;
    return Math.max(own, column.min ?? LEAST, this.need(column));
  }

  #chosen = $derived(this.all.filter((column) => !this.isHidden(column)));
  #fitting = $derived(
    fitColumns(
      this.#chosen.map((column) => ({
        id: column.id,
        priority: column.priority ?? 1,
        width: this.width(column),
      })),
      this.available,
    ),
  );
  shown = $derived(this.#chosen.filter((column) => this.#fitting.has(column.id)));
  crowdedOut = $derived(this.#chosen.length - this.shown.length);

  /** For `grid-template-columns`: growing columns share what is left. */
  template = $derived.by(() => {
    const grows = this.shown.some((column) => column.grow && !(column.id in this.#stored.widths));
    return this.shown
      .map((column, at) => {
        const width = this.width(column);
        const last = !grows && at === this.shown.length - 1;
        return last || (column.grow && !(column.id in this.#stored.widths))
          ? `minmax(${width}px, 1fr)`
          : `${width}px`;
      })
      .join(' ');
  });

  async load(): Promise<void> {
    const stored = await readStored<Partial<Stored>>(`columns/${this.id}`, this.book());
    if (stored)
      this.#stored = { order: stored.order ?? [], widths: stored.widths ?? {}, hidden: stored.hidden ?? [] };
    this.#loaded = true;
  }

  #save(): void {
    if (!this.#loaded) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => void writeStored(`columns/${this.id}`, this.#stored, this.book()),
      SAVE_AFTER_MS,
    );
  }

  /** Writes the present order down, after which columns keep their place. */
  #settle(): void {
    const hidden = this.all.filter((column) => this.isHidden(column)).map((column) => column.id);
    this.#stored.order = this.all.map((column) => column.id);
    this.#stored.hidden = hidden;
  }

  resize(id: string, width: number): void {
    this.#settle();
    this.#stored.widths = { ...this.#stored.widths, [id]: Math.max(LEAST, Math.round(width)) };
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
    this.#stored = { order: [], widths: {}, hidden: [] };
    this.#save();
  }
}
