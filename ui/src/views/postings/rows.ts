import type { BulkOutcome } from '$lib/backend/types/BulkOutcome';
import type { BulkRow } from '$lib/backend/types/BulkRow';
import type { PostingsFile } from '$lib/backend/types/PostingsFile';
import type { PostingsFileRow } from '$lib/backend/types/PostingsFileRow';
import type { PostRequest } from '$lib/backend/types/PostRequest';
import type { GridQuery, TotalsRow } from '$lib/grid';
import { tsvCell } from '$lib/grid/selection';
import { type CurrencySum, formatMinor, sumByCurrency } from '$lib/money';
import { number, plural } from '$lib/words';
import { money, withoutPosted } from '../common/words';

/**
 * What becomes of a row: it cannot be read, waits for the answer, or what the engine said about it. `back`: nothing is
 * wrong with it, but the file is posted whole or not at all and another row is wrong.
 */
export type Fate = 'unread' | 'asked' | 'posts' | 'back' | 'exists' | 'refused' | 'posted';
export type Mode = 'all' | 'each';

export interface Row extends PostingsFileRow {
  fate: Fate;
  /** Why it is not posted. */
  why: string | null;
  /** Of the transaction, once it is posted. */
  id: string | null;
}

export const FATES: Record<Fate, string> = {
  unread: 'Not readable',
  asked: 'Checking',
  posts: 'Ready',
  back: 'Waits for others',
  exists: 'There already',
  refused: 'Refused',
  posted: 'Posted',
};

/** What is sent to the engine, in the order of the file; a row that cannot be read is left out. */
export const requestsOf = (file: PostingsFile): PostRequest[] =>
  file.rows.flatMap((row) => (row.request ? [row.request] : []));

/** Rows of the file with what the engine said about them. Its answers count only what was sent to it. */
export function rowsOf(
  file: PostingsFile,
  outcome: BulkOutcome | null,
  refusals: ReadonlyMap<number, string>,
  done: boolean,
  mode: Mode,
): Row[] {
  let sent = -1;
  const rows = file.rows.map((row): Row => {
    if (!row.request) return { ...row, fate: 'unread', why: row.problem ?? 'It cannot be read', id: null };
    sent += 1;
    const refusal = refusals.get(sent);
    if (refusal !== undefined) return { ...row, fate: 'refused', why: refusal, id: null };
    const said = outcome?.rows[sent];
    if (!said) return { ...row, fate: 'asked', why: null, id: null };
    if (said.message !== null) return { ...row, fate: 'refused', why: reasonOf(said), id: null };
    return { ...row, fate: said.existing ? 'exists' : done ? 'posted' : 'posts', why: null, id: said.id };
  });
  return mode === 'all' && !done ? heldBack(rows) : rows;
}

export const isWrong = ({ fate }: Pick<Row, 'fate'>): boolean => fate === 'refused' || fate === 'unread';

/** Rows that nothing is wrong with wait for those that are wrong: each says for which. */
function heldBack(rows: Row[]): Row[] {
  const wrong = rows.filter(isWrong);
  const [first] = wrong;
  if (!first) return rows;
  const others = wrong.length > 1 ? `, and ${plural(wrong.length - 1, 'other', 'others')}` : '';
  const why = `Waits: row ${first.line} ${first.fate === 'refused' ? 'is refused' : 'cannot be read'}${others}`;
  return rows.map((row) => (row.fate === 'posts' ? { ...row, fate: 'back', why } : row));
}

/** Cells of the grid that a problem may be about. */
export type Cell = 'from' | 'to' | 'amount' | 'date' | 'reference' | 'description';
const CELLS: readonly Cell[] = ['from', 'to', 'amount', 'date', 'reference', 'description'];

/** The amount as it stands in the file; with its currency where that could not be read. */
export const writtenAmount = ({ amount, currency, why }: Pick<Row, 'amount' | 'currency' | 'why'>): string =>
  why?.startsWith('currency: ') ? `${amount} ${currency}` : amount;

/** The cell that could not be read: the reason names its column, or quotes what stands in it. */
export function badCell(row: Pick<Row, 'fate' | 'why' | Cell>): Cell | null {
  if (!isWrong(row) || !row.why) return null;
  const column = /^(\w+): /.exec(row.why)?.[1];
  const named = CELLS.find((cell) => cell === (column === 'currency' ? 'amount' : column));
  if (named) return named;
  return CELLS.find((cell) => row[cell] && row.why?.includes(`“${row[cell]}”`)) ?? null;
}

/** Columns of the file, by the fields of a posting. */
const COLUMNS: Record<string, string> = {
  source: 'from',
  destination: 'to',
  effective_date: 'date',
  expires_at: 'expires',
};

/** The column first, as it is said of a row that cannot be read. */
function reasonOf({ message, fields }: Pick<BulkRow, 'message' | 'fields'>): string {
  const field = fields[0]?.field;
  const column = field === undefined ? '' : `${COLUMNS[field] ?? field}: `;
  return column + withoutPosted(message ?? '');
}

/** The refusals of a batch that was refused whole, by the place of the posting: `items.3` is the fourth. */
export function refusalsOf(
  fields: Record<string, string>,
  requests: readonly PostRequest[],
): Map<number, string> {
  const found = new Map<number, string>();
  for (const [field, message] of Object.entries(fields)) {
    const at = /^items\.(\d+)$/.exec(field)?.[1];
    if (at === undefined) continue;
    const index = Number(at);
    const named = `${index + 1} (${requests[index]?.reference.trim() ?? ''}): `;
    const bare = `${index + 1}: `;
    const start = [named, bare].find((prefix) => message.startsWith(prefix)) ?? '';
    found.set(index, withoutPosted(message.slice(start.length)));
  }
  return found;
}

export type Counts = Record<Fate, number> & { rows: number };

export function countsOf(rows: readonly Row[]): Counts {
  const counts: Counts = {
    rows: rows.length,
    unread: 0,
    asked: 0,
    posts: 0,
    back: 0,
    exists: 0,
    refused: 0,
    posted: 0,
  };
  for (const row of rows) counts[row.fate] += 1;
  return counts;
}

/** Why nothing can be posted now, or null. */
export function obstacleOf(counts: Counts, mode: Mode): string | null {
  if (counts.asked) return 'The postings are being checked';
  const wrong = counts.unread + counts.refused;
  if (mode === 'all' && wrong)
    return `${plural(wrong, 'row')} cannot be posted, so none is. Correct the file, or choose Each by itself.`;
  if (!counts.posts)
    return counts.exists && !wrong
      ? 'Everything in this file is in the book already'
      : 'No row of this file can be posted';
  return null;
}

/** "9,990 are ready, 5 are there already, 3 are refused, 2 cannot be read" */
export function told(counts: Counts): string {
  const are = (n: number, one: string, many: string) => (n ? [`${number(n)} ${n === 1 ? one : many}`] : []);
  return [
    ...are(counts.posted, 'was posted', 'were posted'),
    ...are(counts.posts, 'is ready', 'are ready'),
    ...are(counts.back, 'waits for the others', 'wait for the others'),
    ...are(counts.exists, 'is there already', 'are there already'),
    ...are(counts.refused, 'is refused', 'are refused'),
    ...are(counts.unread, 'cannot be read', 'cannot be read'),
  ].join(', ');
}

/** Rows that get another reference each time: the same file twice would book them twice. */
export const unnamed = (rows: readonly Row[]): number =>
  rows.filter((row) => row.request !== null && !row.request.reference.trim()).length;

function words(row: Row): string {
  const amount = row.request ? formatMinor(row.request.amount, row.exponent, { negatives: 'minus' }) : '';
  return [
    row.line,
    row.from,
    row.to,
    row.amount,
    amount,
    row.currency,
    row.reference,
    row.description,
    row.date,
    row.why,
  ]
    .join(' ')
    .toLowerCase();
}

const amountOf = (row: Row): bigint => BigInt(row.request?.amount ?? '0');
const cmp = (a: string | bigint | number, b: string | bigint | number): number =>
  a < b ? -1 : a > b ? 1 : 0;
const SORTS: Record<string, (a: Row, b: Row) => number> = {
  line: (a, b) => a.line - b.line,
  fate: (a, b) => cmp(a.fate, b.fate),
  reference: (a, b) => a.reference.localeCompare(b.reference),
  date: (a, b) => cmp(a.date ?? '', b.date ?? ''),
  // Currencies are never compared with each other.
  amount: (a, b) => cmp(a.currency, b.currency) || cmp(amountOf(a), amountOf(b)),
};

/** The rows under a filter and in an order. Rows that the order does not tell apart keep theirs. */
export function shownRows(all: readonly Row[], query: GridQuery): Row[] {
  const typed = query.text.trim().toLowerCase();
  const value = (row: Row, field: string): string =>
    field === 'fate' ? row.fate : field === 'currency' ? row.currency : field === 'from' ? row.from : row.to;
  const rows = all.filter(
    (row) =>
      (!typed || words(row).includes(typed)) &&
      query.filters.every((filter) => {
        const same = filter.value.split('|').includes(value(row, filter.field));
        return filter.test === 'not' ? !same : same;
      }),
  );
  for (const { column, desc } of query.sort.toReversed()) {
    const order = SORTS[column];
    if (order) rows.sort((a, b) => (desc ? order(b, a) : order(a, b)));
  }
  return rows;
}

const amountsOf = (rows: readonly Row[]): CurrencySum[] =>
  sumByCurrency(
    rows.map((row) => ({
      minor: row.request?.amount ?? '0',
      exponent: row.exponent,
      currency: row.currency,
    })),
  );

/** Currencies whose totals the button names. */
const NAMED = 3;

/** "Post 9,990 postings, 16,543.10 EUR and 1,284,000 JPY": how many and how much of each currency. */
export function postWords(rows: readonly Row[]): string {
  const some = rows.filter((row) => row.fate === 'posts');
  if (!some.length) return 'Post';
  const all = amountsOf(some);
  const amounts = all.slice(0, NAMED).map((sum) => money(sum.minor, sum.exponent, sum.currency));
  const more = all.length - NAMED;
  if (more > 0) amounts.push(plural(more, 'more currency', 'more currencies'));
  const last = amounts.pop() ?? '';
  return `Post ${plural(some.length, 'posting')}, ${amounts.length ? `${amounts.join(', ')} and ${last}` : last}`;
}

/** What is posted of the shown rows, and what is not, by currency. What is there already moves nothing. */
export function sumsOf(rows: readonly Row[]): TotalsRow[] {
  const line = (label: string, strong: boolean, fates: Fate[]): TotalsRow[] => {
    const some = rows.filter((row) => row.request && fates.includes(row.fate));
    return some.length ? [{ label: `${label}, ${number(some.length)}`, strong, sums: amountsOf(some) }] : [];
  };
  const unread = rows.filter((row) => row.fate === 'unread').length;
  return [
    ...line('Posted', true, ['posted']),
    ...line('Ready', true, ['posts', 'asked']),
    ...line('Wait for the others', true, ['back']),
    ...line('Refused', false, ['refused']),
    ...(unread ? [{ label: `${number(unread)} not readable, not counted`, note: true, sums: [] }] : []),
  ];
}

/** What was refused as a table for a spreadsheet, with its rows in the file. */
export function refusedText(rows: readonly Row[]): string {
  const head = ['Row', 'Reference', 'From', 'To', 'Amount', 'Currency', 'Reason'];
  const cells = rows
    .filter(isWrong)
    .map((row) => [
      String(row.line),
      row.reference,
      row.from,
      row.to,
      row.amount,
      row.currency,
      row.why ?? '',
    ]);
  return [head, ...cells].map((line) => line.map(tsvCell).join('\t')).join('\n');
}
