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
  /** Failures stay until closed. */
  stays: boolean;
}

export interface ToastOptions {
  text: string;
  tone?: 'plain' | 'pos';
  undo?: () => void;
  action?: { label: string; run: () => void };
}

const MOST = 3;
const SHOWN_MS = 6000;

class Toasts {
  list: Toast[] = $state([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(options: ToastOptions): number {
    live.say(options.text);
    return this.#add({ tone: 'plain', stays: false, ...options });
  }

  fail(problem: unknown): number {
    const { message, code, detail } =
      typeof problem === 'string'
        ? { message: problem, code: undefined, detail: undefined }
        : BackendError.from(problem);
    live.alarm(message);
    const toast: Omit<Toast, 'id'> = { text: message, tone: 'neg', stays: true };
    if (code) toast.code = code;
    if (detail) toast.detail = detail;
    return this.#add(toast);
  }

  #add(toast: Omit<Toast, 'id'>): number {
    const id = this.#next++;
    // The oldest that may go gives way; failures are kept, they wait to be read.
    while (this.list.length >= MOST) {
      const oldest = this.list.find((other) => !other.stays) ?? this.list[0];
      if (!oldest) break;
      this.close(oldest.id);
    }
    this.list.push({ ...toast, id });
    if (!toast.stays) this.resume(id);
    return id;
  }

  close(id: number): void {
    this.pause(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  pause(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  resume(id: number): void {
    this.pause(id);
    if (this.list.find((toast) => toast.id === id)?.stays) return;
    this.#timers.set(
      id,
      setTimeout(() => this.close(id), SHOWN_MS),
    );
  }
}

export const toasts = new Toasts();
