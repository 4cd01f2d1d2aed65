export interface Route {
  view: string;
  params: Record<string, string>;
}

interface Entry extends Route {
  /** Unique per visit: the shell mounts a fresh view for each. */
  id: number;
  /** What the view asked to keep; given back when the entry is visited again. */
  kept: Map<string, object>;
}

const LIMIT = 200;

/** History of visited views. Back gives a view its filter, scroll and selection again. */
export class Router {
  #next = 1;
  #entries: Entry[] = $state.raw([]);
  #at = $state(0);

  constructor(start: string) {
    this.#entries = [this.#entry(start, {})];
  }

  #entry(view: string, params: Record<string, string>): Entry {
    return { id: this.#next++, view, params, kept: new Map() };
  }

  get entry(): Readonly<Entry> {
    const entry = this.#entries[this.#at];
    if (!entry) throw new Error('history is empty');
    return entry;
  }

  get current(): Route {
    return this.entry;
  }

  get canBack(): boolean {
    return this.#at > 0;
  }

  get canForward(): boolean {
    return this.#at < this.#entries.length - 1;
  }

  go(view: string, params: Record<string, string> = {}): void {
    if (same(this.entry, { view, params })) return;
    const past = this.#entries.slice(0, this.#at + 1).slice(-LIMIT + 1);
    this.#entries = [...past, this.#entry(view, params)];
    this.#at = past.length;
  }

  /** Changes where we are without a step in history. */
  replace(view: string, params: Record<string, string> = {}): void {
    const entries = [...this.#entries];
    entries[this.#at] = this.#entry(view, params);
    this.#entries = entries;
  }

  /** Says anew what is shown here, for whoever comes here again. The view and what it keeps stay as they are. */
  note(params: Record<string, string>): void {
    // What is known already is not said again: whoever shows it would show it anew.
    if (same(this.entry, { view: this.entry.view, params })) return;
    const entries = [...this.#entries];
    entries[this.#at] = { ...this.entry, params };
    this.#entries = entries;
  }

  back(): void {
    if (this.canBack) this.#at -= 1;
  }

  forward(): void {
    if (this.canForward) this.#at += 1;
  }

  /** Forgets everything, as when a book is closed. */
  reset(view: string, params: Record<string, string> = {}): void {
    this.#entries = [this.#entry(view, params)];
    this.#at = 0;
  }

  /** An object that stays with this history entry. */
  keep<T extends object>(key: string, initial: T): T {
    const { kept } = this.entry;
    const known = kept.get(key) as T | undefined;
    if (known) return known;
    const made = $state(initial);
    kept.set(key, made);
    return made;
  }
}

function same(a: Route, b: Route): boolean {
  const keys = new Set([...Object.keys(a.params), ...Object.keys(b.params)]);
  return a.view === b.view && [...keys].every((key) => a.params[key] === b.params[key]);
}

export const router = new Router('start');
