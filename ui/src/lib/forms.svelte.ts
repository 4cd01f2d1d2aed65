import { BackendError } from './backend';
import { readStored, writeStored } from './settings';

export type Errors<T> = Partial<Record<keyof T & string, string>>;

export interface FormOptions<T extends object> {
  /** Under which a draft is kept. Without a key nothing is kept. */
  key?: string;
  book?: string | null;
  initial: T;
  validate?: (values: T) => Errors<T>;
}

const DRAFT_AFTER_MS = 400;

/**
 * Values, problems and draft of a form. A problem shows once its field was left, and all of them after a try to
 * submit, with the focus on the first.
 */
export class FormState<T extends object> {
  values: T = $state({} as T);
  touched: Partial<Record<string, boolean>> = $state({});
  submitted = $state(false);
  busy = $state(false);
  /** What the backend said, and the values it said it about: of others it says nothing. */
  #said: BackendError | null = $state(null);
  #about = $state('');
  #initial: string;
  #element: HTMLElement | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: FormOptions<T>) {
    this.#initial = JSON.stringify(options.initial);
    this.values = JSON.parse(this.#initial) as T;
  }

  /** A failure that belongs to no field. It goes once something is changed. */
  get problem(): BackendError | null {
    return this.#said && this.#about === JSON.stringify(this.values) ? this.#said : null;
  }

  get errors(): Errors<T> {
    return { ...this.options.validate?.(this.values), ...this.problem?.fields } as Errors<T>;
  }

  get valid(): boolean {
    return Object.keys(this.errors).length === 0;
  }

  get dirty(): boolean {
    return JSON.stringify(this.values) !== this.#initial;
  }

  error(name: keyof T & string): string | undefined {
    return this.submitted || this.touched[name] ? this.errors[name] : undefined;
  }

  touch(name: keyof T & string): void {
    this.touched[name] = true;
    this.keepDraft();
  }

  /** Svelte action for the form's element. */
  root = (element: HTMLElement): { destroy: () => void } => {
    this.#element = element;
    return {
      destroy: () => {
        this.#element = null;
        clearTimeout(this.#timer);
      },
    };
  };

  /** Runs the work if every field is right. Problems named by the backend land on their fields. */
  async submit(work: (values: T) => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.submitted = true;
    this.#said = null;
    if (!this.valid) {
      this.focusFirst();
      return false;
    }
    this.busy = true;
    try {
      await work($state.snapshot(this.values) as T);
      await this.discardDraft();
      return true;
    } catch (thrown) {
      this.#said = BackendError.from(thrown);
      this.#about = JSON.stringify(this.values);
      this.focusFirst();
      return false;
    } finally {
      this.busy = false;
    }
  }

  focusFirst(): void {
    requestAnimationFrame(() => {
      const field = this.#element?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid="true"]');
      field?.focus();
    });
  }

  /** What the form begins from and is known only later. It is no change of the person's: what they typed stays. */
  startFrom(known: Partial<T>): void {
    const before = JSON.parse(this.#initial) as T;
    this.#initial = JSON.stringify({ ...before, ...known });
    for (const name of Object.keys(known) as (keyof T)[]) {
      if (JSON.stringify(this.values[name]) === JSON.stringify(before[name]))
        this.values[name] = known[name] as T[keyof T];
    }
  }

  /** Starts again, as after *post and another*. */
  reset(): void {
    this.values = JSON.parse(this.#initial) as T;
    this.touched = {};
    this.submitted = false;
    this.#said = null;
  }

  keepDraft(): void {
    if (!this.options.key) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.saveDraft(), DRAFT_AFTER_MS);
  }

  /** Keeps the draft as it stands now: whoever leaves the form right after typing loses nothing. */
  async saveDraft(): Promise<void> {
    clearTimeout(this.#timer);
    const { key, book } = this.options;
    if (key)
      await writeStored(`draft/${key}`, this.dirty ? $state.snapshot(this.values) : null, book ?? null);
  }

  /** Offers a draft left by a crash; answers whether there was one. */
  async restoreDraft(): Promise<boolean> {
    const { key, book } = this.options;
    if (!key) return false;
    const draft = await readStored<T>(`draft/${key}`, book ?? null);
    if (!draft) return false;
    Object.assign(this.values, draft);
    return true;
  }

  async discardDraft(): Promise<void> {
    clearTimeout(this.#timer);
    const { key, book } = this.options;
    if (key) await writeStored(`draft/${key}`, null, book ?? null);
  }

  async discard(): Promise<void> {
    this.reset();
    await this.discardDraft();
  }
}
