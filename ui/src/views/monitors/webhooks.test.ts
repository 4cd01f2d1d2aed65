import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DeliveryDetail } from '$lib/backend/types/DeliveryDetail';
import type { WebhookRow } from '$lib/backend/types/WebhookRow';
import type { GridQuery } from '$lib/grid';
import { ALL, targetOptions, targetWord } from './targets';
import {
  EXAMPLES,
  eventGroups,
  eventsWord,
  eventWord,
  failing,
  fresh,
  hostOf,
  millis,
  outcome,
  requestFrom,
  requestOf,
  shownWebhooks,
  stateSentence,
  stateWord,
  successWords,
  took,
  trouble,
  valuesOf,
  wrong,
} from './webhooks';

beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));
afterAll(() => void vi.unstubAllGlobals());

const row = (of: Partial<WebhookRow> = {}): WebhookRow => ({
  id: 'whk_1',
  name: 'Web shop',
  url: 'https://shop.example/hooks',
  role: 'webhook',
  events: [],
  blocking: false,
  timeout_ms: 30_000,
  attempts: 12,
  state: 'on',
  signed: true,
  created_at: '2026-11-01T09:00:00Z',
  waiting: 0,
  dead: 0,
  success: null,
  last_success_at: null,
  last_error: null,
  ...of,
});

describe('a webhook', () => {
  it('is failing when its last attempt failed or something was given up, unless it is off', () => {
    expect(failing(row())).toBe(false);
    expect(stateWord(row({ last_error: 'No answer came in time.' }))).toBe('Failing');
    expect(stateWord(row({ dead: 1 }))).toBe('Failing');
    expect(failing(row({ dead: 1, state: 'off' }))).toBe(false);
    expect(failing(row({ dead: 1, state: 'paused' }))).toBe(true);
    expect(stateWord(row({ dead: 1, state: 'paused' }))).toBe('Paused');
  });

  it('says why nothing was ever delivered, or that only the last attempt failed', () => {
    expect(trouble(row())).toBeNull();
    const last_error = 'It answered with status 500.';
    expect(trouble(row({ last_error }))).toBe('Nothing was ever delivered. It answered with status 500.');
    expect(trouble(row({ last_error, last_success_at: '2026-11-19T10:00:00Z' }))).toBe(
      'The last attempt failed. It answered with status 500.',
    );
  });

  it('says what its state means meanwhile', () => {
    expect(stateSentence('webhook', 'paused')).toBe('What happens meanwhile is told later.');
    expect(stateSentence('webhook', 'off')).toBe('It is not told what happens meanwhile.');
    expect(stateSentence('before', 'paused')).toBe('Nobody asks it: postings go on without it.');
  });

  it('names its events, or how many they are', () => {
    expect(eventsWord(row())).toBe('Everything');
    expect(eventsWord(row({ events: ['statement.signed'] }))).toBe('statement.signed');
    expect(eventsWord(row({ events: ['statement.signed', 'period.closed'] }))).toBe('2 events');
    expect(eventsWord(row({ role: 'slack' }))).toBe('Errors');
  });

  it('says of few deliveries how many, and of many percents', () => {
    expect(successWords({ success: 0, dead: 1 }, 0)).toBe('0 of 1 delivered');
    expect(successWords({ success: 99, dead: 1 }, 98)).toBe('98 of 99 delivered');
    expect(successWords({ success: 99, dead: 1 }, 99)).toBe('99 % of the last 100');
    // Until they are counted, and before the first.
    expect(successWords({ success: 50, dead: 1 }, null)).toBe('50 %');
    expect(successWords({ success: null, dead: 0 }, 0)).toBe('');
  });

  it('is changed in one thing and stays as it is in all others', () => {
    const hook = row({ role: 'before', blocking: true, timeout_ms: 500, attempts: 3 });
    expect(requestOf(hook, { state: 'paused' })).toEqual({
      name: 'Web shop',
      url: 'https://shop.example/hooks',
      role: 'before',
      events: [],
      blocking: true,
      timeout_ms: 500,
      attempts: 3,
      state: 'paused',
    });
    // The shown address of a channel is not the address.
    expect(requestOf(row({ role: 'slack', url: 'https://hooks.slack.com/…' })).url).toBe('');
  });

  it('tells what came of a test', () => {
    const test = (of: object) => outcome({ row: of } as Pick<DeliveryDetail, 'row'>);
    expect(test({ state: 'delivered', status: 204, duration_ms: 84, error: null })).toEqual({
      good: true,
      text: 'It answered with status 204, after 84 ms.',
    });
    expect(test({ state: 'dead', status: null, duration_ms: 9, error: 'No answer came in time.' })).toEqual({
      good: false,
      text: 'No answer came in time.',
    });
    expect(took(1240)).toBe('1.2 s');
  });
});

describe('events', () => {
  it('stand under what they are about, new ones by their names', () => {
    const groups = eventGroups([
      'transaction.applied',
      'balance.monitor',
      'transaction.void',
      'robot.fell_over',
    ]);
    expect(groups.map(({ object }) => object)).toEqual(['Transactions', 'Balances', 'Robot']);
    expect(groups[0]?.events.map(({ name }) => name)).toEqual(['transaction.applied', 'transaction.void']);
    expect(eventWord('robot.fell_over')).toBe('Fell over');
    expect(eventWord('balance.monitor')).toBe('A monitor fired');
  });
});

describe('the form of a webhook', () => {
  it('begins with everything, and examples with what they say', () => {
    expect(fresh().everything).toBe(true);
    const [postings, slack] = EXAMPLES.map(({ start }) => fresh(start));
    expect(postings).toMatchObject({ role: 'webhook', everything: false });
    expect(postings?.events).toContain('transaction.applied');
    expect(slack?.role).toBe('slack');
  });

  it('says what is wrong beside each field', () => {
    const values = fresh({ everything: false, events: [], timeout_ms: '61', attempts: '26' });
    expect(Object.keys(wrong(values, false)).toSorted()).toEqual([
      'attempts',
      'events',
      'name',
      'timeout_ms',
      'url',
    ]);
    const channel = { ...fresh({ role: 'slack' }), name: 'Accounts' };
    expect(wrong(channel, false).url).toContain('Slack');
    expect(wrong(channel, true)).toEqual({});
  });

  it('reads seconds and nothing as the default', () => {
    expect(['30', '0.5', '0,1', '', '60'].map(millis)).toEqual([30_000, 500, 100, 0, 60_000]);
    expect(['0', '0.05', '61', 'soon', '1e3', '-1'].map(millis)).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it('asks for what was typed, and only for what the role has', () => {
    const typed = { ...fresh({ events: ['period.closed'] }), name: ' Shop ', url: ' https://a.example ' };
    expect(requestFrom(typed)).toMatchObject({
      name: 'Shop',
      url: 'https://a.example',
      events: ['period.closed'],
    });
    expect(requestFrom({ ...typed, everything: true }).events).toEqual([]);
    expect(requestFrom({ ...typed, role: 'after', blocking: true })).toMatchObject({
      events: [],
      blocking: false,
    });
    expect(requestFrom({ ...typed, timeout_ms: '', attempts: '' })).toMatchObject({
      timeout_ms: 0,
      attempts: 0,
    });
  });

  it('comes back as it was saved', () => {
    const hook = row({ events: ['period.closed'], timeout_ms: 1500, attempts: 3, state: 'paused' });
    expect(requestFrom(valuesOf(hook))).toEqual(requestOf(hook));
    expect(valuesOf(row()).everything).toBe(true);
  });
});

describe('an allowed host', () => {
  it('is found in whatever was typed of it', () => {
    const typed = ['Erp.Local', 'http://10.0.0.1:8080/x', '127.0.0.1:80', 'http://[::1]:80/', '::1', ' '];
    expect(typed.map(hostOf)).toEqual(['erp.local', '10.0.0.1', '127.0.0.1', '::1', '::1', '']);
  });
});

describe('the list of webhooks', () => {
  const rows = [
    row({ name: 'Web shop', success: 98, last_success_at: '2026-11-19T10:00:00Z' }),
    row({ name: 'Limits', role: 'before', state: 'paused' }),
    row({ name: 'Archive', last_error: 'No answer came in time.', dead: 2 }),
  ];
  const query = (of: Partial<GridQuery>): GridQuery => ({ text: '', filters: [], sort: [], ...of });
  const names = (of: Partial<GridQuery>) => shownWebhooks(rows, query(of)).map(({ name }) => name);

  it('is searched, filtered and sorted', () => {
    expect(names({ text: 'before a' })).toEqual(['Limits']);
    expect(names({ text: 'in time' })).toEqual(['Archive']);
    const chip = { field: 'state', test: 'is', value: 'failing', label: '', text: '' } as const;
    expect(names({ filters: [chip] })).toEqual(['Archive']);
    expect(names({ filters: [{ ...chip, field: 'role', value: 'webhook' }] })).toEqual([
      'Web shop',
      'Archive',
    ]);
    expect(names({ sort: [{ column: 'name', desc: false }] })).toEqual(['Archive', 'Limits', 'Web shop']);
    expect(names({ sort: [{ column: 'success', desc: true }] })[0]).toBe('Web shop');
    expect(names({ sort: [{ column: 'dead', desc: true }] })[0]).toBe('Archive');
  });

  it('is what a monitor may deliver to, hooks and channels left out', () => {
    const options = targetOptions(
      [row({ id: 'a' }), row({ id: 'b', role: 'slack' }), row({ id: 'c', state: 'off' })],
      'gone',
    );
    expect(options.map(({ value }) => value)).toEqual(['', 'a', 'c', 'gone']);
    expect(options[2]?.detail).toBe('Off');
    expect(targetWord([], null)).toBe(ALL);
    expect(targetWord([row({ id: 'a' })], 'a')).toBe('Web shop');
    expect(targetWord([], 'a')).toBe('A webhook that was deleted');
  });
});
