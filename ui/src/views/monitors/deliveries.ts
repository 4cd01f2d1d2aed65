import { backend } from '$lib/backend';
import type { DeliveryDetail } from '$lib/backend/types/DeliveryDetail';
import type { DeliveryRow } from '$lib/backend/types/DeliveryRow';
import type { FilterCondition } from '$lib/backend/types/FilterCondition';
import type { WebhookRow } from '$lib/backend/types/WebhookRow';
import { dayAndTime } from '$lib/dates';
import type { Filter, Selection } from '$lib/grid';
import { number } from '$lib/words';
import '../common/commands';
import { listQuery } from '../common/queries';

export const STATES = { waiting: 'Waiting', delivered: 'Delivered', dead: 'Given up' } as const;
type State = keyof typeof STATES;
type Row = Pick<DeliveryRow, 'state' | 'attempts'>;

export const stateWord = ({ state }: Pick<DeliveryRow, 'state'>): string => STATES[state as State] ?? state;
/** What failed and is tried again needs a look, and so does what was given up. */
export const stateTone = ({ state, attempts }: Row): 'plain' | 'warn' | 'neg' =>
  state === 'dead' ? 'neg' : state === 'waiting' && attempts > 0 ? 'warn' : 'plain';
export const attemptWord = ({ attempts, most }: Pick<DeliveryRow, 'attempts' | 'most'>): string =>
  `${attempts} of ${most}`;

/** Attempts follow each other within seconds. */
export const exactTime = (at: string): string =>
  `${dayAndTime(at)}:${String(new Date(at).getSeconds()).padStart(2, '0')}`;

/** When it is tried next, in words. */
export function nextWords(
  row: Pick<DeliveryRow, 'state' | 'next_at'>,
  webhook?: Pick<WebhookRow, 'state'>,
): string | null {
  if (row.state !== 'waiting') return null;
  if (webhook && webhook.state !== 'on') return 'Once its target is on again';
  if (!row.next_at) return 'Soon';
  return Date.parse(row.next_at) <= Date.now() ? 'Now' : exactTime(row.next_at);
}

/** Answers true when it can be sent again, otherwise the reason. */
export const replayable = (row: Pick<DeliveryRow, 'state'> | null): true | string =>
  !row
    ? 'Choose a delivery first'
    : row.state === 'waiting'
      ? 'It waits already, and is sent by itself'
      : true;

export interface ObjectPlace {
  view: string;
  params: Record<string, string>;
  label: string;
}

const PLACES: Record<string, { view: string; label: string }> = {
  txn: { view: 'transactions', label: 'Open the transaction' },
  bln: { view: 'ledgers', label: 'Open the balance' },
  idt: { view: 'identities', label: 'Open the identity' },
};

/** Where the object of a delivery is shown; null for what has no place of its own. */
export function placeOf(id: string): ObjectPlace | null {
  const place = PLACES[id.split('_')[0] ?? ''];
  return place && id.includes('_') ? { ...place, params: { id } } : null;
}

/** Where more is said about what went wrong by itself. */
export function placeOfAlert(code: string): ObjectPlace | undefined {
  if (code === 'SCHEDULED_REFUSED') return { view: 'scheduled', params: {}, label: 'Show' };
  if (code === 'BOOK_DAMAGED') return { view: 'overview', params: {}, label: 'Show' };
  return { view: 'monitors', params: { tab: 'deliveries', state: 'dead' }, label: 'Deliveries' };
}

export const targetFilter = (id: string, name: string): Filter => ({
  field: 'webhook',
  test: 'is',
  value: id,
  label: 'Target is',
  text: name,
});
export const stateFilter = (state: State): Filter => ({
  field: 'state',
  test: 'is',
  value: state,
  label: 'State is',
  text: STATES[state],
});

/** The filter that a way into the list asks for. */
export function filtersOf({ webhook, name, state }: Record<string, string>): Filter[] {
  const filters: Filter[] = [];
  if (webhook) filters.push(targetFilter(webhook, name ?? webhook));
  if (state && state in STATES) filters.push(stateFilter(state as State));
  return filters;
}

/** The way into the list that shows what these filters show, as far as there is one. */
export function paramsOf(filters: readonly Filter[]): Record<string, string> {
  const params: Record<string, string> = { tab: 'deliveries' };
  for (const filter of filters) {
    if (filter.test !== 'is') continue;
    if (filter.field === 'webhook') Object.assign(params, { webhook: filter.value, name: filter.text });
    if (filter.field === 'state') params.state = String(filter.value);
  }
  return params;
}

/** JSON on several lines. Its numbers stay as they are written: amounts may be longer than a number can be. */
export function pretty(json: string): string {
  try {
    JSON.parse(json);
  } catch {
    return json;
  }
  let out = '';
  let depth = 0;
  let before = '';
  const line = (): string => `\n${'  '.repeat(depth)}`;
  for (const token of json.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []) {
    if (token === '}' || token === ']') {
      depth -= 1;
      if (before !== '{' && before !== '[') out += line();
    } else if (before === '{' || before === '[' || before === ',') out += line();
    out += token === ':' ? ': ' : token;
    if (token === '{' || token === '[') depth += 1;
    before = token;
  }
  return out;
}

/** The headers as they were sent last, or are sent next where it waits. */
export const headersOf = ({ headers, row }: DeliveryDetail): [string, string][] =>
  headers.map(([name, value]) =>
    name === 'X-Tieout-Attempt' && row.state !== 'waiting' ? [name, String(row.attempts)] : [name, value],
  );

/** As many are sent again at once. */
export const MOST = 500;

/** Answers true when so many can be sent again at once, otherwise the reason. */
export const fewEnough = (count: number): true | string =>
  count <= MOST ? true : `At most ${number(MOST)} are sent again at once. Narrow the filter`;

const FINISHED: FilterCondition = { field: 'state', test: 'is', values: ['delivered', 'dead'] };

/** The ids that a selection stands for. What waits already is left out where it is known. */
export async function chosenIds(selection: Selection, known: readonly DeliveryRow[]): Promise<string[]> {
  if (selection.mode === 'some') {
    const waiting = new Set(known.filter(({ state }) => state === 'waiting').map(({ id }) => id));
    return [...selection.keys].filter((id) => !waiting.has(id));
  }
  const ids: string[] = [];
  let total = 1;
  for (let offset = 0; offset < total; offset += MOST) {
    const query = listQuery(offset, MOST, { ...selection.query, sort: [] }, [FINISHED]);
    const page = await backend.call('deliveries_page', { query });
    total = page.total;
    ids.push(...page.rows.map(({ id }) => id));
  }
  return ids.filter((id) => !selection.except.has(id));
}
