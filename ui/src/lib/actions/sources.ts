import type { Component } from 'svelte';

export interface PaletteItem {
  id: string;
  label: string;
  detail?: string;
  /** Stands right, such as a formatted amount. */
  right?: string;
  keys?: string[];
  icon?: Component;
  /** Why it cannot be run now. */
  reason?: string;
  run: () => void;
  /** Ctrl+Enter: open in the inspector. */
  inspect?: () => void;
}

/** What fits best, and how many fit; without a number there are more than these. */
export interface PaletteFound {
  items: PaletteItem[];
  total: number | null;
}

export type PalettePrefix = '>' | '=' | '@' | '#' | '';

export interface PaletteSource {
  id: string;
  group: string;
  /** Prefixes this source answers; without, it answers plain text only. */
  prefixes?: PalettePrefix[];
  search: (text: string, signal: AbortSignal) => Promise<PaletteFound>;
}

const sources = new Map<string, PaletteSource>();

export function registerSource(source: PaletteSource): () => void {
  sources.set(source.id, source);
  return () => {
    if (sources.get(source.id) === source) sources.delete(source.id);
  };
}

export const sourcesFor = (prefix: PalettePrefix): PaletteSource[] =>
  [...sources.values()].filter((source) => (source.prefixes ?? ['']).includes(prefix));

/** Higher is better, null does not fit: exact, prefix, word start, inside, then letters in order. */
export function rank(text: string, query: string): number | null {
  if (!query) return 0;
  const hay = text.toLowerCase();
  const needle = query.toLowerCase();
  if (hay === needle) return 100;
  if (hay.startsWith(needle)) return 80;
  if (new RegExp(`[\\s,./-]${escapeRegExp(needle)}`, 'u').test(hay)) return 60;
  if (hay.includes(needle)) return 40;
  let at = 0;
  for (const letter of needle) {
    at = hay.indexOf(letter, at) + 1;
    if (at === 0) return null;
  }
  return needle.length > 1 ? 10 : null;
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
