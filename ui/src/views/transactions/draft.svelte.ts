import { untrack } from 'svelte';
import { FormState } from '$lib/forms.svelte';

interface Options<T extends object> {
  /** Under which the draft is kept. */
  key: string;
  book: string | null;
  /** The empty form, as it is now: its day and its reference are new each time. */
  fresh: () => T;
  /** The dialog goes. */
  shut: () => void;
}

/**
 * A form in a dialog whose content is kept as a draft: what was typed is not lost by closing it, and is offered again
 * the next time.
 */
export class Draft<T extends object> {
  readonly form: FormState<T>;
  /** Something was entered by hand. */
  typed = $state(false);
  /** What stands in the form is the draft from before. */
  restored = $state(false);
  /** It is asked what becomes of what was typed. */
  leaving = $state(false);

  constructor(private readonly options: Options<T>) {
    const { key, book, fresh } = options;
    this.form = new FormState<T>({ key, book, initial: fresh() });
  }

  changed = (): void => {
    this.typed = true;
  };

  /** Begins again with an empty form, but for what is kept of the one before. */
  restart(kept: Partial<T> = {}): void {
    this.form.reset();
    Object.assign(this.form.values, { ...this.options.fresh(), ...kept });
    this.typed = false;
    this.restored = false;
  }

  /** Offers the draft from before, if there is one. */
  async restore(): Promise<void> {
    this.restored = await this.form.restoreDraft();
    this.typed = this.restored;
  }

  /** For an effect: what is changed by hand while the dialog is open is kept. */
  follow(open: boolean): void {
    JSON.stringify(this.form.values);
    if (open && this.typed) untrack(() => this.form.keepDraft());
  }

  /** Answers whether the dialog may go; what was typed is asked about first. */
  close = (): boolean => {
    if (this.leaving) return false;
    if (this.typed) {
      this.leaving = true;
      return false;
    }
    this.options.shut();
    return true;
  };

  keep = (): void => {
    this.leaving = false;
    void this.form.saveDraft();
    this.options.shut();
  };

  discard = async (): Promise<void> => {
    await this.form.discardDraft();
    this.leaving = false;
    this.options.shut();
  };

  startFresh = async (): Promise<void> => {
    await this.form.discardDraft();
    this.restart();
  };
}
