import type { DeliveryDetail } from '$lib/backend/types/DeliveryDetail';
import type { WebhookRequest } from '$lib/backend/types/WebhookRequest';
import type { WebhookRow } from '$lib/backend/types/WebhookRow';
import type { Errors } from '$lib/forms.svelte';
import type { GridQuery } from '$lib/grid';
import { number, plural } from '$lib/words';
import { shownRows } from '../common/shown';

export type Role = 'webhook' | 'before' | 'after' | 'slack';
export type State = 'on' | 'paused' | 'off';

/** What a webhook is for: its word, its word where room is short, and a sentence. */
export const ROLES: { value: Role; label: string; short: string; sentence: string }[] = [
  {
    value: 'webhook',
    label: 'Webhook',
    short: 'Webhook',
    sentence: 'It is told what happens in the book, each event after it happened.',
  },
  {
    value: 'before',
    label: 'Before a posting',
    short: 'Before posting',
    sentence: 'It is asked before anything is posted, held, approved or voided.',
  },
  {
    value: 'after',
    label: 'After a posting',
    short: 'After posting',
    sentence: 'It is told of every posting, every hold, and every hold that is voided.',
  },
  {
    value: 'slack',
    label: 'Slack',
    short: 'Slack',
    sentence: 'A channel is told when something goes wrong.',
  },
];
const roleOf = (role: string) => ROLES.find(({ value }) => value === role);
export const roleWord = (role: string): string => roleOf(role)?.label ?? role;
export const roleSentence = (role: string): string => roleOf(role)?.sentence ?? '';

/** What is shown as the state: one that is on and does not get through is failing. */
export const STATES = { on: 'On', failing: 'Failing', paused: 'Paused', off: 'Off' } as const;
type Health = Pick<WebhookRow, 'state' | 'last_error' | 'dead'>;

/** Somebody has to look at it. What is off is meant to be silent. */
export const failing = ({ state, last_error, dead }: Health): boolean =>
  state !== 'off' && (last_error !== null || dead > 0);
export function stateOf(row: Health): keyof typeof STATES {
  if (row.state === 'paused' || row.state === 'off') return row.state;
  return failing(row) ? 'failing' : 'on';
}
export const stateWord = (row: Health): string => STATES[stateOf(row)];
export const stateTone = (row: Health): 'plain' | 'warn' | 'neg' =>
  (({ on: 'plain', failing: 'neg', paused: 'warn', off: 'plain' }) as const)[stateOf(row)];

/** What a state means for what happens meanwhile. */
export function stateSentence(role: string, state: string): string {
  if (role === 'before')
    return state === 'on' ? 'It is asked from now on.' : 'Nobody asks it: postings go on without it.';
  if (state === 'on') return 'It is told as things happen.';
  return state === 'paused'
    ? 'What happens meanwhile is told later.'
    : 'It is not told what happens meanwhile.';
}

/** Objects in the order of daily work, and what happens to them. */
const OBJECTS: Record<string, string> = {
  transaction: 'Transactions',
  balance: 'Balances',
  ledger: 'Ledgers',
  identity: 'Identities',
  statement: 'Statements',
  period: 'Periods',
  system: 'The program',
};
const EVENTS: Record<string, string> = {
  'transaction.applied': 'Posted, or a hold approved',
  'transaction.inflight': 'Held',
  'transaction.void': 'Hold voided or expired',
  'transaction.queued': 'Queued',
  'transaction.scheduled': 'Scheduled',
  'transaction.rejected': 'Scheduled, not posted',
  'transaction.before': 'About to be posted',
  'balance.created': 'Created',
  'balance.monitor': 'A monitor fired',
  'balance.changed': 'Changed',
  'ledger.created': 'Created',
  'ledger.renamed': 'Renamed',
  'identity.created': 'Created',
  'identity.changed': 'Changed',
  'identity.deleted': 'Deleted',
  'identity.revealed': 'Protected field looked at',
  'statement.imported': 'Imported',
  'statement.signed': 'Signed',
  'statement.reopened': 'Reopened',
  'period.closed': 'Closed',
  'period.reopened': 'Reopened',
  'system.error': 'Something went wrong',
  'webhook.test': 'Test',
};
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const objectOf = (event: string): string => event.split('.')[0] ?? '';
/** What happened, where the object is named beside it. One that is new is said by its name. */
export const eventWord = (event: string): string =>
  EVENTS[event] ?? capital(event.slice(objectOf(event).length + 1).replaceAll('_', ' '));

export interface EventGroup {
  object: string;
  events: { name: string; label: string }[];
}

/** The events of the engine under what they are about. */
export function eventGroups(events: readonly string[]): EventGroup[] {
  const groups = new Map<string, EventGroup>();
  for (const name of events) {
    const object = objectOf(name);
    const group = groups.get(object) ?? { object: OBJECTS[object] ?? capital(object), events: [] };
    group.events.push({ name, label: eventWord(name) });
    groups.set(object, group);
  }
  return [...groups.values()];
}

/** `Everything`, the name of one, or how many. Hooks and channels have nothing to choose. */
export function eventsWord({ role, events }: Pick<WebhookRow, 'role' | 'events'>): string {
  if (role === 'slack') return 'Errors';
  if (role !== 'webhook') return 'Postings';
  if (!events.length) return 'Everything';
  return events.length === 1 ? (events[0] ?? '') : plural(events.length, 'event');
}

export const percent = (success: number | null): string => (success === null ? '' : `${success} %`);
/** Percents count the last hundred that are finished; of fewer it is said how many. `delivered` is null until counted. */
export function successWords(
  { success, dead }: Pick<WebhookRow, 'success' | 'dead'>,
  delivered: number | null,
): string {
  if (success === null || delivered === null) return percent(success);
  const finished = delivered + dead;
  return finished < 100
    ? `${number(delivered)} of ${number(finished)} delivered`
    : `${percent(success)} of the last 100`;
}
/** `84 ms`, `1.2 s`. */
export const took = (ms: number | null): string =>
  ms === null ? '' : ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;

/** How it went, in one sentence; null where nothing is wrong. */
export function trouble({
  last_error,
  last_success_at,
}: Pick<WebhookRow, 'last_error' | 'last_success_at'>): string | null {
  if (!last_error) return null;
  return last_success_at
    ? `The last attempt failed. ${last_error}`
    : `Nothing was ever delivered. ${last_error}`;
}

/** What came of a test. */
export function outcome({ row }: Pick<DeliveryDetail, 'row'>): { good: boolean; text: string } {
  const time = row.duration_ms === null ? '' : `, after ${took(row.duration_ms)}`;
  if (row.state === 'delivered')
    return { good: true, text: `It answered with status ${row.status ?? '?'}${time}.` };
  return { good: false, text: row.error ?? 'It was not delivered.' };
}

/** A webhook as it is, to change something of it. The address of a channel is a secret and stays. */
export const requestOf = (row: WebhookRow, change: Partial<WebhookRequest> = {}): WebhookRequest => ({
  name: row.name,
  url: row.role === 'slack' ? '' : row.url,
  role: row.role,
  events: row.events,
  blocking: row.blocking,
  timeout_ms: row.timeout_ms,
  attempts: row.attempts,
  state: row.state,
  ...change,
});

/** What is typed in the form. Fields are named as the engine names them when one is wrong. */
export interface Values {
  name: string;
  role: Role;
  url: string;
  everything: boolean;
  events: string[];
  blocking: boolean;
  /** Seconds. */
  timeout_ms: string;
  attempts: string;
  state: State;
}

export const fresh = (start: Partial<Values> = {}): Values => ({
  name: '',
  role: 'webhook',
  url: '',
  everything: start.events === undefined,
  events: [],
  blocking: false,
  timeout_ms: '30',
  attempts: '12',
  state: 'on',
  ...start,
});

export const valuesOf = (row: WebhookRow): Values => ({
  ...requestOf(row),
  role: roleOf(row.role)?.value ?? 'webhook',
  everything: row.events.length === 0,
  timeout_ms: String(row.timeout_ms / 1000),
  attempts: String(row.attempts),
  state: row.state === 'paused' || row.state === 'off' ? row.state : 'on',
});

/** Milliseconds of typed seconds; 0 where nothing is typed, null for what is no time from 0.1 to 60. */
export function millis(text: string): number | null {
  const typed = text.trim().replace(',', '.');
  if (!typed) return 0;
  if (!/^\d{1,2}(\.\d{1,3})?$/.test(typed)) return null;
  const ms = Math.round(Number(typed) * 1000);
  return ms >= 100 && ms <= 60_000 ? ms : null;
}

function times(text: string): number | null {
  const typed = text.trim();
  if (!typed) return 0;
  const n = /^\d{1,2}$/.test(typed) ? Number(typed) : 0;
  return n >= 1 && n <= 25 ? n : null;
}

/** `keeps` is of a channel whose address stays when none is typed. */
export function wrong(values: Values, keeps: boolean): Errors<Values> {
  const errors: Errors<Values> = {};
  if (!values.name.trim()) errors.name = 'Name it, so that a person knows who is told.';
  if (!values.url.trim() && !(keeps && values.role === 'slack'))
    errors.url =
      values.role === 'slack'
        ? 'Enter the address that Slack gave for the channel.'
        : 'Enter an address such as https://example.com/hooks.';
  if (values.role === 'webhook' && !values.everything && !values.events.length)
    errors.events = 'Choose at least one event, or everything.';
  if (millis(values.timeout_ms) === null) errors.timeout_ms = 'Enter a time from 0.1 to 60 seconds.';
  if (times(values.attempts) === null) errors.attempts = 'Enter a number from 1 to 25.';
  return errors;
}

export const requestFrom = (values: Values): WebhookRequest => ({
  name: values.name.trim(),
  url: values.url.trim(),
  role: values.role,
  events: values.role === 'webhook' && !values.everything ? values.events : [],
  blocking: values.role === 'before' && values.blocking,
  timeout_ms: millis(values.timeout_ms) ?? 0,
  attempts: times(values.attempts) ?? 0,
  state: values.state,
});

/** The host of what was typed: a whole address, a host with a port, or the host itself. */
export function hostOf(text: string): string {
  const typed = text.trim().toLowerCase();
  const [, rest = typed] = typed.split('://');
  const authority = (rest.split(/[/?#]/)[0] ?? '').split('@').at(-1) ?? '';
  const v6 = /^\[([^\]]*)\]/.exec(authority);
  if (v6) return v6[1] ?? '';
  // More than one colon is an address of IPv6, which has no port here.
  return authority.split(':').length === 2 ? (authority.split(':')[0] ?? '') : authority;
}

/** Who is asked or told before it is shown whole: the beginnings of an empty list. */
export const EXAMPLES: { id: string; text: string; start: Partial<Values> }[] = [
  {
    id: 'postings',
    text: 'Tell another program of every posting',
    start: { events: ['transaction.applied', 'transaction.inflight', 'transaction.void'] },
  },
  { id: 'slack', text: 'Tell a Slack channel when something goes wrong', start: { role: 'slack' } },
];

const FIELDS: Record<string, (row: WebhookRow) => string> = { state: stateOf, role: ({ role }) => role };
const time = (at: string | null): number => (at ? Date.parse(at) : 0);
const SORTS: Record<string, (a: WebhookRow, b: WebhookRow) => number> = {
  name: (a, b) => a.name.localeCompare(b.name),
  role: (a, b) =>
    ROLES.findIndex((one) => one.value === a.role) - ROLES.findIndex((one) => one.value === b.role),
  url: (a, b) => a.url.localeCompare(b.url),
  state: (a, b) => Object.keys(STATES).indexOf(stateOf(a)) - Object.keys(STATES).indexOf(stateOf(b)),
  success: (a, b) => (a.success ?? -1) - (b.success ?? -1),
  waiting: (a, b) => a.waiting - b.waiting,
  dead: (a, b) => a.dead - b.dead,
  last: (a, b) => time(a.last_success_at) - time(b.last_success_at),
};

const words = (row: WebhookRow): string =>
  [row.name, roleWord(row.role), row.url, ...row.events, stateWord(row), row.last_error ?? '']
    .join(' ')
    .toLowerCase();

/** The webhooks under a filter and in an order. */
export const shownWebhooks = (all: readonly WebhookRow[], query: GridQuery): WebhookRow[] =>
  shownRows(all, query, { words, fields: FIELDS, sorts: SORTS });
