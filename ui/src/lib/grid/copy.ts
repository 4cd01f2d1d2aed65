import { live } from '../live.svelte';
import { toDecimal } from '../money';
import { toClipboard } from '../parts/clipboard';
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

/** Copied again and again while somebody works in a grid: no message covers the rows, it is only heard. */
export const copyOut = (text: string, said: string): Promise<void> =>
  toClipboard(text, said, (words) => live.say(words));
