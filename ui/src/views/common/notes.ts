/** One key with its value, as they are typed. */
export interface NoteRow {
  key: string;
  text: string;
}

/** A note of any shape, on one line. */
export const noteText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

export const rowsOf = (notes: Record<string, unknown>): NoteRow[] =>
  Object.entries(notes).map(([key, value]) => ({ key, text: noteText(value) }));

/** What is typed stays a text, unless something else stood there and stands there still. */
function typedValue(text: string, before: unknown): unknown {
  if (before === undefined || typeof before === 'string') return text;
  try {
    const value: unknown = JSON.parse(text);
    // A number that a program would round is kept as it was typed.
    return JSON.stringify(value) === text ? value : text;
  } catch {
    return text;
  }
}

/** What changes: keys with new values, and null for those that are gone. Or the row that is wrong, and why. */
export function patchOf(
  before: Record<string, unknown>,
  rows: readonly NoteRow[],
): { patch: Record<string, unknown> } | { row: number; problem: string } {
  const patch: Record<string, unknown> = {};
  const seen = new Set<string>();
  for (const [index, row] of rows.entries()) {
    const key = row.key.trim();
    if (!key && !row.text.trim()) continue;
    if (!key) return { row: index, problem: 'Give the key.' };
    if (seen.has(key)) return { row: index, problem: `${key} stands here twice.` };
    seen.add(key);
    if (!(key in before) || noteText(before[key]) !== row.text)
      patch[key] = typedValue(row.text, before[key]);
  }
  for (const key of Object.keys(before)) if (!seen.has(key)) patch[key] = null;
  return { patch };
}
