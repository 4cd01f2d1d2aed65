/** Characters that a passphrase has at least. */
export const SHORTEST = 8;

/** The same characters are the same passphrase, however a keyboard composes them: the book counts and compares them so. */
const composed = (text: string): string => text.normalize('NFKC');

/** Why a book cannot be protected with this; undefined where it can. */
export function passphraseProblem(text: string): string | undefined {
  if (!text) return 'Enter a passphrase.';
  if ([...composed(text)].length < SHORTEST || !text.trim())
    return `A passphrase has at least ${SHORTEST} letters, digits or other characters. Several words are easier to remember and harder to guess.`;
  return undefined;
}

export function againProblem(text: string, again: string): string | undefined {
  if (!again) return 'Enter the same passphrase again.';
  return composed(text) === composed(again) ? undefined : 'The two are not the same.';
}

type Typed = 'passphrase' | 'again';

/** A passphrase that is typed twice for a book. It is never kept as a draft, and goes with the dialog. */
export class NewPassphrase {
  passphrase = $state('');
  again = $state('');
  /** Its key goes into the keyring of this computer. */
  remember = $state(false);
  shown = $state(false);
  #left: Partial<Record<Typed, boolean>> = $state({});
  #tried = $state(false);

  get problems(): Partial<Record<Typed, string>> {
    const [passphrase, again] = [
      passphraseProblem(this.passphrase),
      againProblem(this.passphrase, this.again),
    ];
    return { ...(passphrase ? { passphrase } : {}), ...(again ? { again } : {}) };
  }

  /** The first of them. */
  get problem(): string | undefined {
    return Object.values(this.problems)[0];
  }

  /** What is wrong with a field, once it was left with something in it or the whole was tried. */
  error(name: Typed): string | undefined {
    return this.#tried || (this.#left[name] && this[name]) ? this.problems[name] : undefined;
  }

  leave(name: Typed): void {
    this.#left[name] = true;
  }

  /** From now on everything that is wrong is said. Answers whether nothing is. */
  check(): boolean {
    this.#tried = true;
    return this.problem === undefined;
  }

  clear(): void {
    this.passphrase = '';
    this.again = '';
    this.remember = false;
    this.shown = false;
    this.#left = {};
    this.#tried = false;
  }
}
