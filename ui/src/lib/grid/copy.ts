import { live } from '../live.svelte';
import { toDecimal } from '../money';
import { toasts } from '../parts/toasts.svelte';
import { tsvCell } from './selection';
import type { Column } from './types';

/** A cell as exact text; an amount is followed by its currency. */
export function exactCells<Row>(column: Column<Row>, row: Row): string[] {
  if (!column.money) return [tsvCell(column.text(row))];
  const value = column.money(row);
  return value ? [toDecimal(value.minor, value.exponent), value.currency] : ['', ''];
}

/** Rows with a head, as a spreadsheet takes them from the clipboard. */
export function copyText<Row>(columns: Column<Row>[], rows: Row[]): string {
  const head = columns.flatMap((column) => (column.money ? [column.head, 'Currency'] : [column.head]));
  const lines = [head, ...rows.map((row) => columns.flatMap((column) => exactCells(column, row)))];
  return lines.map((cells) => cells.join('\t')).join('\n');
}

export async function toClipboard(text: string, said: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    live.say(said);
  } catch {
    toasts.fail('The clipboard did not take it. Nothing was copied.');
  }
}
