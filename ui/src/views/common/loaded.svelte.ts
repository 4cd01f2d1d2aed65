import { BackendError } from '$lib/backend';

const SLOW_MS = 120;

/** One thing read from the book: the last value stays on screen while it is read again, a failure stands alone. */
export class Loaded<T> {
  value: T | null = $state.raw(null);
  problem: BackendError | null = $state(null);
  /** Nothing to show yet, and the wait has become noticeable. */
  slow = $state(false);
  #run = 0;

  constructor(private readonly read: () => Promise<T>) {}

  load = async (): Promise<void> => {
    const run = ++this.#run;
    const timer = setTimeout(() => {
      this.slow = this.value === null;
    }, SLOW_MS);
    try {
      const value = await this.read();
      if (run !== this.#run) return;
      this.value = value;
      this.problem = null;
    } catch (thrown) {
      if (run === this.#run) this.problem = BackendError.from(thrown);
    } finally {
      clearTimeout(timer);
      if (run === this.#run) this.slow = false;
    }
  };

  retry = (): void => {
    this.problem = null;
    void this.load();
  };
}
