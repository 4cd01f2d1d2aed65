import type { Component } from 'svelte';
import { localDay } from '../lib/dates';
import type { MoneyValue } from '../lib/money';

export interface BookInfo {
  id: string;
  name: string;
  profile: 'local' | 'server';
  /** File name or host, shown in the status bar. */
  path: string;
  /** Present when nothing can be posted: the reason, as a sentence. */
  readOnly?: string;
}

export interface Pin {
  id: string;
  label: string;
  money?: MoneyValue;
  open: () => void;
}

export interface StatusItem {
  id: string;
  text: string;
  icon?: Component;
  tone?: 'plain' | 'pos' | 'warn' | 'neg';
  side?: 'left' | 'right';
  /** Only where the window has the width for it. */
  wide?: boolean;
  onclick?: () => void;
}

export interface Count {
  n: number;
  /** Something failed or fired. */
  alert?: boolean;
}

class Shell {
  /** The open book, or null on the start screen. */
  book: BookInfo | null = $state(null);
  counts: Record<string, Count> = $state({});
  pinned: Pin[] = $state([]);
  status: StatusItem[] = $state([]);
  /** The book's today, `YYYY-MM-DD`. */
  today: string = $state(localDay(Date.now()));
  paletteOpen = $state(false);
  sheetOpen = $state(false);
  jobsOpen = $state(false);
  /** An inspector exists in this view. Maintained by the Inspector part. */
  inspectors = $state(0);
  /** Below 1180 px the inspector lies over the view and starts closed. */
  narrow = $state(false);
  overlayOpen = $state(false);

  /** Whether the details are on screen; a wide window asks the setting, a narrow one starts without them. */
  inspectorShown(setting: boolean): boolean {
    return this.inspectors > 0 && (this.narrow ? this.overlayOpen : setting);
  }
}

export const shell = new Shell();
