import type { HistoryCheck } from '$lib/backend/types/HistoryCheck';
import type { HistoryField } from '$lib/backend/types/HistoryField';
import type { HistoryRow } from '$lib/backend/types/HistoryRow';
import { plural } from '$lib/words';
import { type Moved, type OriginGroup, originGroups } from '../common/origins';
import { listed } from '../identities/words';
import { strategyWord } from '../ledgers/lineage';
import { roleWord } from '../monitors/webhooks';
import { comparisonWord, figureWord } from '../monitors/words';

/** What entries of the history are about, for the filter, in the order of daily work. */
export const KINDS: { value: string; label: string }[] = [
  { value: 'transaction.posted', label: 'Posted' },
  { value: 'hold.placed', label: 'Hold placed' },
  { value: 'hold.committed', label: 'Hold approved' },
  { value: 'hold.voided', label: 'Hold voided' },
  { value: 'hold.expired', label: 'Hold expired' },
  { value: 'attachment.added|attachment.detached', label: 'File attached or detached' },
  { value: 'posting.scheduled', label: 'Posting scheduled' },
  { value: 'posting.queued', label: 'Posting queued' },
  { value: 'posting.rescheduled', label: 'Scheduled posting changed' },
  { value: 'posting.cancelled', label: 'Scheduled posting cancelled' },
  { value: 'posting.rejected', label: 'Scheduled posting rejected' },
  { value: 'posting.known', label: 'Scheduled posting found already posted' },
  { value: 'monitor.fired', label: 'Monitor fired' },
  { value: 'statement.imported', label: 'Statement imported' },
  { value: 'statement.import_undone', label: 'Import taken back' },
  { value: 'run.finished', label: 'Rules run' },
  { value: 'statement.signed', label: 'Statement signed' },
  { value: 'statement.reopened', label: 'Statement reopened' },
  { value: 'statement.booked_since_signing', label: 'Booked into a signed period' },
  { value: 'history.records_taken_up', label: 'Records taken up by the history' },
  { value: 'history.accepted', label: 'Went on with a broken history' },
  { value: 'period.closed', label: 'Period closed' },
  { value: 'period.reopened', label: 'Period reopened' },
  { value: 'balance.created', label: 'Balance created' },
  { value: 'balance.changed', label: 'Balance changed' },
  { value: 'balance.lineage', label: 'Lineage of a balance' },
  { value: 'balance.linked|balance.unlinked', label: 'Balance linked or unlinked' },
  { value: 'ledger.created|ledger.renamed', label: 'Ledger created or renamed' },
  { value: 'ledger.typed', label: 'Type of a ledger' },
  { value: 'identity.revealed', label: 'Protected field revealed' },
  { value: 'identity.created', label: 'Identity created' },
  { value: 'identity.changed', label: 'Identity changed' },
  { value: 'identity.protected', label: 'Fields protected' },
  { value: 'identity.unprotected', label: 'Protection ended' },
  { value: 'identity.deleted', label: 'Identity deleted' },
  { value: 'account.created|account.changed|account.deleted', label: 'Account added, changed or deleted' },
  { value: 'privacy.key_shown', label: 'Key shown' },
  { value: 'privacy.key_used|privacy.sealed_anew', label: 'Key replaced' },
  { value: 'monitor.created', label: 'Monitor made' },
  { value: 'monitor.changed', label: 'Monitor changed' },
  { value: 'monitor.deleted', label: 'Monitor deleted' },
  { value: 'webhook.created', label: 'Webhook made' },
  { value: 'webhook.changed', label: 'Webhook changed' },
  { value: 'webhook.deleted', label: 'Webhook deleted' },
  { value: 'webhook.secret_renewed', label: 'Secret of a webhook renewed' },
  { value: 'webhook.replayed', label: 'Deliveries sent again' },
  { value: 'webhook.hosts_allowed', label: 'Allowed hosts changed' },
  {
    value: 'rule.saved|rule.enabled|rule.disabled|rule.deleted|rule.restored|rule.moved',
    label: 'Rule changed',
  },
  { value: 'book.created', label: 'Book created' },
];

export interface ObjectPlace {
  view: string;
  params: Record<string, string>;
  /** What the button says. */
  label: string;
}

/** Where what an entry is about is shown; null for what has no place of its own. */
export function placeOf({ kind, object_id: id }: HistoryRow['what']): ObjectPlace | null {
  const [what] = kind.split('.');
  switch (what) {
    case 'transaction':
    case 'attachment':
    case 'hold':
      return { view: 'transactions', params: { id }, label: 'Open the transaction' };
    case 'balance':
      return { view: 'ledgers', params: { id }, label: 'Open the balance' };
    case 'monitor':
      return kind === 'monitor.fired'
        ? { view: 'monitors', params: { tab: 'alerts' }, label: 'Open the alerts' }
        : { view: 'monitors', params: {}, label: 'Open the monitors' };
    case 'identity':
    case 'account':
      return kind === 'identity.deleted'
        ? null
        : { view: 'identities', params: { id }, label: 'Open the identity' };
    case 'privacy':
      return { view: 'settings', params: { page: 'book' }, label: 'Open the settings' };
    case 'webhook':
      return kind === 'webhook.replayed'
        ? { view: 'monitors', params: { tab: 'deliveries' }, label: 'Open the deliveries' }
        : { view: 'monitors', params: { tab: 'webhooks' }, label: 'Open the webhooks' };
    case 'posting':
      return { view: 'scheduled', params: {}, label: 'Open the scheduled postings' };
    case 'period':
      return { view: 'settings', params: { page: 'book' }, label: 'Open the settings' };
    default:
      return null;
  }
}

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
const IDS = [
  ...['source', 'destination', 'parent', 'refunds', 'ledger', 'line', 'transaction'],
  ...['identity', 'account', 'attachment'],
];
export const isId = (name: string): boolean => IDS.includes(name);
const STATUS: Record<string, string> = { APPLIED: 'Applied', INFLIGHT: 'Held', VOID: 'Void' };
/** Fields of an identity, which are written down as a list of words. */
function fieldsSaid(value: string): string {
  try {
    const words: unknown = JSON.parse(value);
    return Array.isArray(words) ? listed(words.map(String)) : value;
  } catch {
    return value;
  }
}
/** A value as people say it. */
export function shownAs(name: string, value: string): string {
  if (name === 'status') return STATUS[value] ?? value;
  if (name === 'field') return figureWord(value);
  if (name === 'fields' || name === 'protected') return fieldsSaid(value);
  if (name === 'role') return roleWord(value);
  if (name === 'strategy' || name === 'before') return strategyWord(value);
  return name === 'operator' ? comparisonWord(value) : value;
}
/** The amount stands above them, as people write it. */
const SAID = ['amount', 'exponent', 'currency'];

/** The origins that a posting or a decision moved, which stand in a list of their own. Empty where none are told. */
export function originsOf({ fields }: Pick<HistoryRow, 'fields'>): OriginGroup[] {
  const said = (name: string): string | undefined => fields.find((field) => field.name === name)?.value;
  const moves = movesIn(said('lineage') ?? '');
  const names = new Map([
    [said('source'), said('source_name')],
    [said('destination'), said('destination_name')],
  ]);
  return originGroups(
    moves.map((move) => ({ ...move, balance_name: names.get(move.balance_id) ?? move.balance_id })),
  );
}

function movesIn(text: string): Omit<Moved, 'balance_name'>[] {
  try {
    const told: unknown = JSON.parse(text);
    if (!Array.isArray(told)) return [];
    return told.map(({ balance, origin, kind, amount }) => ({
      balance_id: String(balance),
      origin: String(origin),
      kind: String(kind),
      amount: BigInt(amount).toString(),
    }));
  } catch {
    return [];
  }
}

/** What was written down, in the order of a reader. */
export function fieldsOf(row: HistoryRow): HistoryField[] {
  const listed = originsOf(row).length > 0;
  const shown = row.fields.filter(
    ({ name }) => !(listed && name === 'lineage') && (row.what.amount === null || !SAID.includes(name)),
  );
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
  commits_at: 'Commits itself, microseconds',
  strategy: 'Spent first',
  parent: 'Part of',
  refunds: 'Gives back',
  below_zero: 'May go below zero',
  signed_by: 'Signed by',
  sha256: 'SHA-256',
  media_type: 'Kind of file',
  size: 'Size, bytes',
  about: 'Description',
  field: 'What is watched',
  operator: 'Is',
  value: 'Value, minor units',
  figure: 'Figure, minor units',
  due_at: 'Due',
  url: 'Address',
  role: 'What for',
  blocking: 'Waits for the answer',
  timeout_ms: 'Time limit, milliseconds',
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
