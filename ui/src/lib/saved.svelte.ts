import type { GridQuery } from './grid';
import { readStored, writeStored } from './settings';

/** A filter with its order and its columns, under a name. */
export interface SavedView {
  id: string;
  /** The view whose grid it is for. */
  view: string;
  name: string;
  /** Stands in the sidebar. */
  pinned: boolean;
  query: GridQuery;
}

const KEY = 'saved-views';

/** The saved views of the open book. They are how somebody looks at the book and no part of it. */
class SavedViews {
  list: SavedView[] = $state.raw([]);
  #book: string | null = null;
  #read: Promise<void> = Promise.resolve();

  /** Reads them once per book. */
  load(book: string | null): Promise<void> {
    if (book === this.#book) return this.#read;
    this.#book = book;
    this.list = [];
    this.#read = book === null ? Promise.resolve() : this.#load(book);
    return this.#read;
  }

  async #load(book: string): Promise<void> {
    const stored = await readStored<SavedView[]>(KEY, book);
    if (book === this.#book) this.list = Array.isArray(stored) ? stored : [];
  }

  of(view: string): SavedView[] {
    return this.list.filter((one) => one.view === view);
  }

  get(id: string): SavedView | undefined {
    return this.list.find((one) => one.id === id);
  }

  put(view: SavedView): void {
    const known = this.list.some((one) => one.id === view.id);
    this.#keep(known ? this.list.map((one) => (one.id === view.id ? view : one)) : [...this.list, view]);
  }

  remove(id: string): void {
    this.#keep(this.list.filter((one) => one.id !== id));
  }

  #keep(list: SavedView[]): void {
    this.list = list;
    if (this.#book !== null) void writeStored(KEY, list, this.#book);
  }
}

export const savedViews = new SavedViews();

/** Whether a grid shows what a saved view holds. */
export const sameQuery = (a: GridQuery, b: GridQuery): boolean =>
  a.text === b.text &&
  !!a.any === !!b.any &&
  JSON.stringify(a.filters) === JSON.stringify(b.filters) &&
  JSON.stringify(a.sort) === JSON.stringify(b.sort);
