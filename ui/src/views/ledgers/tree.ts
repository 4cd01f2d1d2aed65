import type { LedgerRow } from '$lib/backend/types/LedgerRow';
import { typeBeside } from './types';

export interface TreeLine {
  /** Part of the name between two slashes. */
  label: string;
  depth: number;
  /** Missing where a part of the path is no ledger itself. */
  id?: string;
  balances: number;
  /** What its balances are, where the name does not say it. */
  type?: string;
}

/** Ledgers in name order, grouped by `/` in their names. A parent that is no ledger gets a line of its own. */
export function treeOf(ledgers: readonly LedgerRow[]): TreeLine[] {
  const lines: TreeLine[] = [];
  const shown = new Set<string>();
  const sorted = [...ledgers].sort((a, b) => a.name.localeCompare(b.name));
  for (const ledger of sorted) {
    const parts = ledger.name.split('/').map((part) => part.trim());
    for (let depth = 0; depth < parts.length - 1; depth += 1) {
      const path = parts.slice(0, depth + 1).join('/');
      if (shown.has(path)) continue;
      shown.add(path);
      lines.push({ label: parts[depth] ?? '', depth, balances: 0 });
    }
    shown.add(parts.join('/'));
    lines.push({
      label: parts.at(-1) ?? '',
      depth: parts.length - 1,
      id: ledger.id,
      balances: ledger.balances,
      type: typeBeside(ledger),
    });
  }
  return lines;
}
