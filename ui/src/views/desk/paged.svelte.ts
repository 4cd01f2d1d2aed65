import { SvelteMap } from 'svelte/reactivity';
import { BackendError } from '$lib/backend';

export const PAGE = 200;
/** With a page ahead each way, what stays in memory is at most this many pages. */
const MOST_PAGES = 4;

export interface Page<Row> {
  rows: Row[];
  total: number;
}

/** Rows of a long list by index. Only pages near what is shown are held, whatever the length. */
export class Paged<Row> {
  total = $state(0);
  /** The first page is here. */
  ready = $state(false);
  problem: BackendError | null = $state.raw(null);
  readonly #pages = new SvelteMap<number, Row[]>();
  readonly #loading = new Set<number>();
  #version = 0;
  #near = 0;

  constructor(private readonly read: (offset: number, limit: number) => Promise<Page<Row>>) {}

  at(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Index of a row among the pages in memory, or -1. */
  find(test: (row: Row) => boolean): number {
    for (const [page, rows] of this.#pages) {
      const at = rows.findIndex(test);
      if (at >= 0) return page * PAGE + at;
    }
    return -1;
  }

  get loaded(): Row[] {
    return [...this.#pages.values()].flat();
  }

  /** Fetches what covers these indexes and lets go of what is far from them. */
  want(from: number, to: number): void {
    const first = Math.max(0, Math.floor(from / PAGE));
    const last = Math.max(first, Math.floor(Math.max(0, to - 1) / PAGE));
    this.#near = (first + last) >> 1;
    for (let page = first; page <= last; page += 1) void this.#load(page);
  }

  /** Reads the shown pages again; rows stay on screen until the new ones are here. */
  async reload(): Promise<void> {
    this.#version += 1;
    this.#loading.clear();
    const near = this.#near;
    await this.#load(near, true);
    const others = [...this.#pages.keys()].filter((page) => page !== near);
    for (const page of others) {
      if (Math.abs(page - near) <= 1) void this.#load(page, true);
      else this.#pages.delete(page);
    }
  }

  /** Another list altogether: from its beginning. */
  async restart(): Promise<void> {
    this.#near = 0;
    this.#pages.clear();
    this.ready = false;
    await this.reload();
  }

  async #load(page: number, again = false): Promise<void> {
    if (this.#loading.has(page) || (!again && this.#pages.has(page))) return;
    if (this.ready && page * PAGE >= this.total && page > 0) return;
    this.#loading.add(page);
    const version = this.#version;
    try {
      const { rows, total } = await this.read(page * PAGE, PAGE);
      if (version !== this.#version) return;
      this.#pages.set(page, rows);
      this.total = total;
      this.ready = true;
      this.problem = null;
      this.#forget();
    } catch (thrown) {
      if (version === this.#version) this.problem = BackendError.from(thrown);
    } finally {
      if (version === this.#version) this.#loading.delete(page);
    }
  }

  #forget(): void {
    const far = [...this.#pages.keys()].sort((a, b) => Math.abs(b - this.#near) - Math.abs(a - this.#near));
    for (const page of far.slice(0, Math.max(0, far.length - MOST_PAGES))) this.#pages.delete(page);
  }
}
