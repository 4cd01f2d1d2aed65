import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MonitorAlert } from '$lib/backend/types/MonitorAlert';
import type { MonitorRow } from '$lib/backend/types/MonitorRow';
import type { GridQuery } from '$lib/grid';
import { shownAlerts, shownMonitors, stateWord } from './rows';
import { nameOf } from './words';

beforeAll(() => void vi.stubGlobal('navigator', { language: 'en-IE' }));
afterAll(() => void vi.unstubAllGlobals());

const row = (of: Partial<MonitorRow>): MonitorRow => ({
  id: of.balance_name ?? 'x',
  balance_id: of.balance_name ?? 'x',
  balance_name: 'Till',
  currency: 'EUR',
  exponent: 2,
  field: 'balance',
  operator: '<',
  value: '50000',
  repeat: false,
  webhook: null,
  description: '',
  created_at: '2026-11-01T09:00:00Z',
  created_by: 'Orla',
  figure: '900000',
  holds: false,
  fired_at: null,
  ...of,
});

const rows = [
  row({ balance_name: 'Till', holds: true, figure: '42000', fired_at: '2026-11-19T10:00:00Z' }),
  row({ balance_name: 'Aoyama', currency: 'JPY', exponent: 0, figure: '9', field: 'inflight_balance' }),
  row({
    balance_name: 'Rent',
    operator: 'greater_than',
    description: 'Ask Tomás',
    fired_at: '2026-11-18T10:00:00.5Z',
  }),
];
const query = (of: Partial<GridQuery>): GridQuery => ({ text: '', filters: [], sort: [], ...of });
const names = (of: Partial<GridQuery>) =>
  shownMonitors(rows, query(of)).map(({ balance_name }) => balance_name);

describe('monitors', () => {
  it('are found by what stands in them', () => {
    expect(names({ text: 'aoy' })).toEqual(['Aoyama']);
    expect(names({ text: 'above' })).toEqual(['Rent']);
    expect(names({ text: 'tomás' })).toEqual(['Rent']);
    expect(names({ text: '420.00' })).toEqual(['Till']);
    expect(names({ text: '9000.00' })).toEqual(['Rent']);
    expect(names({ text: 'held in' })).toEqual(['Aoyama']);
  });

  it('are filtered by state, balance and currency', () => {
    const chip = { label: '', text: '', value: 'firing', field: 'state' };
    expect(names({ filters: [{ ...chip, test: 'is' }] })).toEqual(['Till']);
    expect(names({ filters: [{ ...chip, test: 'not' }] })).toEqual(['Aoyama', 'Rent']);
    expect(names({ filters: [{ ...chip, field: 'currency', value: 'JPY', test: 'is' }] })).toEqual([
      'Aoyama',
    ]);
    expect(names({ filters: [{ ...chip, field: 'balance', value: 'Rent', test: 'is' }] })).toEqual(['Rent']);
  });

  it('stand by what is firing, by their last alert, and amounts of one currency together', () => {
    expect(names({ sort: [{ column: 'state', desc: false }] })[0]).toBe('Till');
    expect(names({ sort: [{ column: 'alert', desc: true }] })).toEqual(['Till', 'Rent', 'Aoyama']);
    expect(names({ sort: [{ column: 'figure', desc: true }] })).toEqual(['Aoyama', 'Rent', 'Till']);
    expect(names({ sort: [{ column: 'balance', desc: false }] })).toEqual(['Aoyama', 'Rent', 'Till']);
  });

  it('are called by their balance and condition', () => {
    expect(rows[2] && nameOf(rows[2])).toBe('Rent: balance above 500.00 EUR');
    expect(rows.map(stateWord)).toEqual(['Firing', 'Quiet', 'Quiet']);
  });
});

describe('alerts', () => {
  it('stand by their time, and are found by their figure', () => {
    const alerts = rows.slice(0, 2).map((one, at) => ({
      ...one,
      monitor_id: one.id,
      transaction_id: 't',
      at: `2026-11-1${9 - at}T10:00:00Z`,
    })) as MonitorAlert[];
    const shown = (of: Partial<GridQuery>) => shownAlerts(alerts, query(of)).map((one) => one.balance_name);
    expect(shown({ sort: [{ column: 'at', desc: true }] })).toEqual(['Till', 'Aoyama']);
    expect(shown({ sort: [{ column: 'at', desc: false }] })).toEqual(['Aoyama', 'Till']);
    expect(shown({ text: '420.00' })).toEqual(['Till']);
  });
});
