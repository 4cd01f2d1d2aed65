import type { HistoryCheck } from '$lib/backend/types/HistoryCheck';
import type { HistoryField } from '$lib/backend/types/HistoryField';
import type { HistoryRow } from '$lib/backend/types/HistoryRow';
import { plural } from '$lib/words';

/** What entries of the history are about, for the filter, in the order of daily work. */
export const KINDS: { value: string; label: string }[] = [
  { value: 'transaction.posted', label: 'Posted' },
  { value: 'hold.placed', label: 'Hold placed' },
  { value: 'hold.committed', label: 'Hold approved' },
  { value: 'hold.voided', label: 'Hold voided' },
  { value: 'hold.expired', label: 'Hold expired' },
  { value: 'statement.imported', label: 'Statement imported' },
  { value: 'statement.import_undone', label: 'Import taken back' },
  { value: 'run.finished', label: 'Rules run' },
  { value: 'statement.signed', label: 'Statement signed' },
  { value: 'statement.reopened', label: 'Statement reopened' },
  { value: 'statement.booked_since_signing', label: 'Booked into a signed period' },
  { value: 'balance.created', label: 'Balance created' },
  { value: 'balance.changed', label: 'Balance changed' },
  { value: 'ledger.created|ledger.renamed', label: 'Ledger created or renamed' },
  {
    value: 'rule.saved|rule.enabled|rule.disabled|rule.deleted|rule.restored|rule.moved',
    label: 'Rule changed',
  },
  { value: 'book.created', label: 'Book created' },
];

/** What is read first; whatever is not named here follows as it was written down. */
const FIRST = [
  'reference',
  'description',
  'source_name',
  'destination_name',
  'effective_date',
  'status',
  'reason',
  'source',
  'destination',
  'parent',
];
/** Parts that are ids: nobody reads them, somebody copies them. */
const IDS = ['source', 'destination', 'parent', 'refunds', 'ledger', 'line'];
export const isId = (name: string): boolean => IDS.includes(name);
const STATUS: Record<string, string> = { APPLIED: 'Applied', INFLIGHT: 'Held', VOID: 'Void' };
/** A value as people say it. */
export const shownAs = (name: string, value: string): string =>
  name === 'status' ? (STATUS[value] ?? value) : value;
/** The amount stands above them, as people write it. */
const SAID = ['amount', 'exponent', 'currency'];

/** What was written down, in the order of a reader. */
export function fieldsOf(row: HistoryRow): HistoryField[] {
  const shown = row.fields.filter(({ name }) => row.what.amount === null || !SAID.includes(name));
  const place = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return shown.toSorted((a, b) => place(a.name) - place(b.name));
}

/** What was done, as a sentence part. What time does by itself is said as what it came to. */
export const wordsOf = ({ what }: HistoryRow): { verb: string; object: string; after: string } =>
  what.kind === 'hold.expired'
    ? { verb: 'voided', object: what.object, after: ', expired' }
    : { verb: what.verb, object: what.object, after: '' };

/** Names of what was written down, where the stored name is not what a person calls it. */
const NAMES: Record<string, string> = {
  amount: 'Amount, minor units',
  exponent: 'Decimals',
  source: 'From id',
  source_name: 'From',
  destination: 'To id',
  destination_name: 'To',
  effective_date: 'Effective date',
  expires_at: 'Expires, microseconds',
  parent: 'Part of',
  refunds: 'Gives back',
  below_zero: 'May go below zero',
  signed_by: 'Signed by',
};

export function fieldName(name: string): string {
  const known = NAMES[name];
  if (known) return known;
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The beginning and the end of a link: enough to compare by eye. */
export const shortLink = (link: string): string => `${link.slice(0, 8)}…${link.slice(-4)}`;

/** What a look at the history found, in one sentence. */
export function summary(check: HistoryCheck): string {
  const entries = plural(check.verified, 'entry', 'entries');
  const rows = plural(check.journal_rows, 'row');
  const took = check.took_ms < 1000 ? `${check.took_ms} ms` : `${(check.took_ms / 1000).toFixed(1)} s`;
  const heads = check.heads_found ? ` ${plural(check.heads_found, 'earlier head')} found unchanged.` : '';
  return `${entries} verified and ${rows} of the journal compared in ${took}.${heads}`;
}
