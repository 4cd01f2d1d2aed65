import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryBackend, setBackend } from '$lib/backend';
import type { DeliveryDetail } from '$lib/backend/types/DeliveryDetail';
import type { DeliveryRow } from '$lib/backend/types/DeliveryRow';
import type { ListQuery } from '$lib/backend/types/ListQuery';
import {
  attemptWord,
  chosenIds,
  exactTime,
  fewEnough,
  filtersOf,
  headersOf,
  nextWords,
  paramsOf,
  placeOf,
  placeOfAlert,
  pretty,
  replayable,
  stateTone,
  stateWord,
} from './deliveries';

beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));
afterAll(() => void vi.unstubAllGlobals());

const row = (of: Partial<DeliveryRow> = {}): DeliveryRow => ({
  id: 'dlv_1',
  webhook_id: 'whk_1',
  webhook_name: 'Web shop',
  event: 'transaction.applied',
  event_id: 'evt_12',
  object_id: 'txn_1',
  state: 'waiting',
  attempts: 0,
  most: 12,
  next_at: null,
  created_at: '2026-11-19T10:00:00Z',
  finished_at: null,
  status: null,
  error: null,
  duration_ms: null,
  ...of,
});

describe('a delivery', () => {
  it('needs a look once an attempt failed', () => {
    expect(stateTone(row())).toBe('plain');
    expect(stateTone(row({ attempts: 2 }))).toBe('warn');
    expect(stateTone(row({ state: 'dead' }))).toBe('neg');
    expect(stateWord(row({ state: 'dead' }))).toBe('Given up');
    expect(attemptWord(row({ attempts: 3 }))).toBe('3 of 12');
  });

  it('says when it is tried next, and that it rests with its target', () => {
    const next_at = '2999-01-01T10:00:07Z';
    expect(nextWords(row({ next_at }))).toBe(exactTime(next_at));
    expect(exactTime(next_at)).toMatch(/:07$/);
    expect(nextWords(row({ next_at: '2020-01-01T10:00:00Z' }))).toBe('Now');
    expect(nextWords(row({ next_at }), { state: 'paused' })).toBe('Once its target is on again');
    expect(nextWords(row({ state: 'dead' }))).toBeNull();
  });

  it('is sent again unless it waits', () => {
    expect(replayable(null)).toBe('Choose a delivery first');
    expect(replayable(row())).toContain('waits already');
    expect(replayable(row({ state: 'delivered' }))).toBe(true);
    expect(fewEnough(500)).toBe(true);
    expect(fewEnough(501)).toContain('At most 500');
  });

  it('leads to what it is about', () => {
    expect(placeOf('txn_9')).toMatchObject({ view: 'transactions', params: { id: 'txn_9' } });
    expect(placeOf('bln_9')).toMatchObject({ view: 'ledgers', params: { id: 'bln_9' } });
    expect(placeOf('idt_9')?.view).toBe('identities');
    expect([placeOf('whk_9'), placeOf('post'), placeOf('')]).toEqual([null, null, null]);
    expect(placeOfAlert('DELIVERY_DEAD')?.params).toEqual({ tab: 'deliveries', state: 'dead' });
    expect(placeOfAlert('SCHEDULED_REFUSED')?.view).toBe('scheduled');
  });

  it('shows the attempt that was made, not the next one', () => {
    const headers: [string, string][] = [
      ['Content-Type', 'application/json'],
      ['X-Tieout-Attempt', '3'],
    ];
    const of = (state: string) =>
      headersOf({ headers, row: row({ state, attempts: 2 }), body: '', tries: [] } satisfies DeliveryDetail);
    expect(of('delivered')[1]).toEqual(['X-Tieout-Attempt', '2']);
    expect(of('waiting')[1]).toEqual(['X-Tieout-Attempt', '3']);
  });
});

describe('a body', () => {
  it('is shown on several lines, and its numbers stay as they are', () => {
    expect(
      pretty('{"a":900719925474099300000001,"b":[],"c":{"d":"x, {\\"y\\": 1}","e":[1,2]},"f":null}'),
    ).toBe(
      [
        '{',
        '  "a": 900719925474099300000001,',
        '  "b": [],',
        '  "c": {',
        '    "d": "x, {\\"y\\": 1}",',
        '    "e": [',
        '      1,',
        '      2',
        '    ]',
        '  },',
        '  "f": null',
        '}',
      ].join('\n'),
    );
    const same = '{"id":"evt_1","data":{"list":[{"a":-1.50e3},{}],"text":"ü → \\u00e9"}}';
    expect(JSON.parse(pretty(same))).toEqual(JSON.parse(same));
    expect(pretty('not { json')).toBe('not { json');
  });
});

describe('a way into the list', () => {
  it('filters by target and state', () => {
    expect(filtersOf({ tab: 'deliveries' })).toEqual([]);
    expect(filtersOf({ webhook: 'whk_1', name: 'Web shop', state: 'dead' })).toMatchObject([
      { field: 'webhook', value: 'whk_1', text: 'Web shop' },
      { field: 'state', value: 'dead', text: 'Given up' },
    ]);
    expect(filtersOf({ state: 'odd' })).toEqual([]);
  });
  it('is known again from the filters, so that whoever comes back finds the same list', () => {
    const way = { tab: 'deliveries', webhook: 'whk_1', name: 'Web shop', state: 'dead' };
    expect(paramsOf(filtersOf(way))).toEqual(way);
    expect(paramsOf([])).toEqual({ tab: 'deliveries' });
  });
});

describe('a selection', () => {
  let asked: ListQuery[] = [];
  beforeEach(() => {
    asked = [];
    const all = Array.from({ length: 620 }, (_, n) => row({ id: `dlv_${n}`, state: 'dead' }));
    setBackend(
      memoryBackend({
        handlers: {
          deliveries_page: ({ query }) => {
            asked.push(query);
            return { rows: all.slice(query.offset, query.offset + query.limit), total: all.length };
          },
        },
      }),
    );
  });

  it('of rows leaves out what waits already', async () => {
    const known = [row({ id: 'a' }), row({ id: 'b', state: 'dead' })];
    expect(await chosenIds({ mode: 'some', keys: new Set(['a', 'b', 'c']) }, known)).toEqual(['b', 'c']);
    expect(asked).toEqual([]);
  });

  it('of a whole filter is read page by page, without its exceptions', async () => {
    const query = { text: 'shop', filters: [], sort: [{ column: 'at', desc: true }] };
    const ids = await chosenIds({ mode: 'filter', query, except: new Set(['dlv_0', 'dlv_619']) }, []);
    expect(ids).toHaveLength(618);
    expect(asked.map(({ offset }) => offset)).toEqual([0, 500]);
    expect(asked[0]).toMatchObject({ text: 'shop', sort: [], limit: 500 });
    expect(asked[0]?.conditions).toEqual([{ field: 'state', test: 'is', values: ['delivered', 'dead'] }]);
  });
});
