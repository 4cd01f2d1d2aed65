import { router } from '../../app/router.svelte';
import { BackendError } from '../backend';
import { live } from '../live.svelte';

export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'pos' | 'neg';
  code?: string;
  detail?: string;
  undo?: () => void;
  action?: { label: string; run: () => void };
  /** The visit of a view it was told in: a failure goes with it. */
  visit: number;
}

export interface ToastOptions {
  text: string;
  tone?: 'plain' | 'pos';
  undo?: () => void;
  action?: { label: string; run: () => void };
}

const MOST = 3;
const SHOWN_MS = 6000;
/** A failure is longer, and it is read twice. */
const FAILURE_SHOWN_MS = 20_000;

type Told = Omit<Toast, 'id' | 'visit'>;

class Toasts {
  list: Toast[] = $state([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(options: ToastOptions): number {
    live.say(options.text);
    return this.#add({ tone: 'plain', ...options });
  }

  fail(problem: unknown, action?: Toast['action']): number {
    const { message, code, detail } =
      typeof problem === 'string'
        ? { message: problem, code: undefined, detail: undefined }
        : BackendError.from(problem);
    live.alarm(message);
    const toast: Told = { text: message, tone: 'neg' };
    if (code) toast.code = code;
    if (detail) toast.detail = detail;
    if (action) toast.action = action;
    return this.#add(toast);
  }

  #add(toast: Told): number {
    const id = this.#next++;
    // The oldest gives way, and a failure only to another one: it waits to be read.
    while (this.list.length >= MOST) {
      const oldest = this.list.find((other) => other.tone !== 'neg') ?? this.list[0];
      if (!oldest) break;
      this.close(oldest.id);
    }
    this.list.push({ ...toast, id, visit: router.entry.id });
    this.resume(id);
    return id;
  }

  close(id: number): void {
    this.pause(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  /** Another view is shown: what failed in the one before has nothing to do with it. */
  arrive(visit: number): void {
    for (const toast of this.list.filter((one) => one.tone === 'neg' && one.visit !== visit))
      this.close(toast.id);
  }

  pause(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  resume(id: number): void {
    this.pause(id);
    const failed = this.list.find((toast) => toast.id === id)?.tone === 'neg';
    this.#timers.set(
      id,
      setTimeout(() => this.close(id), failed ? FAILURE_SHOWN_MS : SHOWN_MS),
    );
  }
}

export const toasts = new Toasts();
