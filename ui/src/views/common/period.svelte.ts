import { backend } from '$lib/backend';
import './commands';

/** Up to which day the books of the open book are closed. Read by the session, and again by whoever was refused. */
class Period {
  closedThrough: string | null = $state(null);
  /** The first day that takes entries. */
  openFrom: string | null = $state(null);
  #reading = 0;

  load = async (): Promise<void> => {
    const mine = ++this.#reading;
    const state = await backend.call('period_state', {});
    if (mine !== this.#reading) return;
    this.closedThrough = state.closed_through;
    this.openFrom = state.open_from;
  };

  /** Another book, or none. */
  forget(): void {
    this.#reading += 1;
    this.closedThrough = null;
    this.openFrom = null;
  }
}

export const period = new Period();
