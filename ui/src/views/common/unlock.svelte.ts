import { BackendError } from '$lib/backend';
import type { OpenBook } from '$lib/backend/types/OpenBook';

/** Opens a book with what was typed, or with nothing. */
export type OpenWith = (passphrase: string | null, remember: boolean) => Promise<OpenBook>;

/** A book that nothing opens but its passphrase. */
export const isProtected = (thrown: unknown): boolean => BackendError.from(thrown).code === 'BOOK_PROTECTED';

/** What is said under the field: another passphrase may do. */
const TYPED = new Set(['BOOK_PROTECTED', 'BOOK_PASSPHRASE', 'PASSPHRASE_SHORT']);

interface Asked {
  work: OpenWith;
  answer: (book: OpenBook | null) => void;
  fail: (problem: BackendError) => void;
}

/** Opens books, and asks for the passphrase of those that are protected. One at a time. */
export class Unlock {
  /** The file that waits for its passphrase; null while none does. */
  name: string | null = $state(null);
  /** Its key can be kept on this computer. */
  keeps = $state(true);
  passphrase = $state('');
  remember = $state(false);
  /** The key is being made, which takes a moment. */
  busy = $state(false);
  /** Why what was typed does not open it. */
  problem: string | undefined = $state();
  #asked: Asked | null = null;

  /** Null: it was asked for a passphrase, and the person thought better of it. */
  async open(name: string, work: OpenWith, keeps = true): Promise<OpenBook | null> {
    try {
      return await work(null, false);
    } catch (thrown) {
      if (!isProtected(thrown)) throw thrown;
    }
    this.#end()?.answer(null);
    this.name = name;
    this.keeps = keeps;
    return new Promise((answer, fail) => {
      this.#asked = { work, answer, fail };
    });
  }

  /** Tries what was typed. Where that does not open it, it is asked for again. */
  async go(): Promise<void> {
    const asked = this.#asked;
    if (!asked || this.busy) return;
    if (!this.passphrase) {
      this.problem = 'Enter the passphrase.';
      return;
    }
    this.busy = true;
    try {
      const book = await asked.work(this.passphrase, this.keeps && this.remember);
      this.#end();
      asked.answer(book);
    } catch (thrown) {
      const problem = BackendError.from(thrown);
      if (TYPED.has(problem.code)) this.problem = problem.message;
      else {
        this.#end();
        asked.fail(problem);
      }
    } finally {
      this.busy = false;
    }
  }

  /** The person thought better of it. What is being opened is waited for. */
  leave(): void {
    if (!this.busy) this.#end()?.answer(null);
  }

  /** What was typed is nowhere in the page any more. */
  #end(): Asked | null {
    const asked = this.#asked;
    this.#asked = null;
    this.name = null;
    this.passphrase = '';
    this.remember = false;
    this.problem = undefined;
    return asked;
  }
}
