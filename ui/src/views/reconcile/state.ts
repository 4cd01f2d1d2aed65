import type { StatementRow } from '$lib/backend/types/StatementRow';
import { plural } from '$lib/words';

/** Entries were booked into its period after it was signed. */
export const changedSince = (row: StatementRow): boolean => row.state === 'signed' && row.booked_since > 0;

export function stateWords(row: StatementRow): string {
  if (changedSince(row)) return 'Signed, changed since';
  if (row.state === 'signed') return 'Signed';
  if (row.state === 'in_review') return 'In review';
  return 'Imported';
}

/** `7 statements, 2 not signed, 1 changed since signing`. */
export function listWords(rows: readonly StatementRow[]): string {
  const waiting = rows.filter((row) => row.state !== 'signed').length;
  const changed = rows.filter(changedSince).length;
  const words = [plural(rows.length, 'statement'), `${waiting} not signed`];
  if (changed) words.push(`${changed} changed since signing`);
  return words.join(', ');
}
